/* colour.c: sRGB to CIELAB (D65), colour blindness, CIEDE2000. */
#include "tests/collector/colour.h"

#include <math.h>

static const double matrices[VISIONS][3][3] = {
	[VISION_NORMAL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	[VISION_PROTAN] = {{0.152286, 1.052583, -0.204868},
			   {0.114503, 0.786281, 0.099216},
			   {-0.003882, -0.048116, 1.051998}},
	[VISION_DEUTAN] = {{0.367322, 0.860646, -0.227968},
			   {0.280085, 0.672501, 0.047413},
			   {-0.011820, 0.042940, 0.968881}},
	[VISION_TRITAN] = {{1.255528, -0.076749, -0.178779},
			   {-0.078411, 0.930809, 0.147602},
			   {0.004733, 0.691367, 0.303900}},
};

static double linear(unsigned int byte)
{
	double c = byte / 255.0;
	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double lab_f(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

struct colour_lab colour_seen(unsigned int rgb, enum vision v)
{
	const double in[3] = {linear(rgb >> 16 & 255), linear(rgb >> 8 & 255), linear(rgb & 255)};
	double c[3];
	for (int i = 0; i < 3; i++) {
		const double *m = matrices[v][i];
		c[i] = fmin(1, fmax(0, m[0] * in[0] + m[1] * in[1] + m[2] * in[2]));
	}
	double x = lab_f((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
	double y = lab_f(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
	double z = lab_f((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);
	return (struct colour_lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double rad(double degrees)
{
	return degrees * M_PI / 180;
}

static double hue(double a, double b)
{
	double h = a == 0 && b == 0 ? 0 : atan2(b, a) * 180 / M_PI;
	return h < 0 ? h + 360 : h;
}

static double mean_hue(double h1, double h2, double chroma)
{
	if (chroma == 0)
		return h1 + h2;
	if (fabs(h1 - h2) <= 180)
		return (h1 + h2) / 2;
	return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

static double hue_apart(double h1, double h2, double chroma)
{
	double d = h2 - h1;
	if (chroma == 0)
		return 0;
	return d > 180 ? d - 360 : d < -180 ? d + 360 : d;
}

double colour_difference(struct colour_lab x, struct colour_lab y)
{
	double cb7 = pow((hypot(x.a, x.b) + hypot(y.a, y.b)) / 2, 7), c25 = pow(25, 7);
	double g = 1 + 0.5 * (1 - sqrt(cb7 / (cb7 + c25)));
	double c1 = hypot(x.a * g, x.b), c2 = hypot(y.a * g, y.b);
	double h1 = hue(x.a * g, x.b), h2 = hue(y.a * g, y.b);
	double dl = y.l - x.l, dc = c2 - c1;
	double dh = 2 * sqrt(c1 * c2) * sin(rad(hue_apart(h1, h2, c1 * c2) / 2));
	double l50 = pow((x.l + y.l) / 2 - 50, 2), c = (c1 + c2) / 2, c7 = pow(c, 7);
	double h = mean_hue(h1, h2, c1 * c2);
	double t = 1 - 0.17 * cos(rad(h - 30)) + 0.24 * cos(rad(2 * h)) +
		   0.32 * cos(rad(3 * h + 6)) - 0.20 * cos(rad(4 * h - 63));
	double sl = 1 + 0.015 * l50 / sqrt(20 + l50), sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
	double turn = 30 * exp(-pow((h - 275) / 25, 2));
	double rt = -2 * sqrt(c7 / (c7 + c25)) * sin(rad(2 * turn));
	return sqrt(pow(dl / sl, 2) + pow(dc / sc, 2) + pow(dh / sh, 2) +
		    rt * (dc / sc) * (dh / sh));
}
