/* colour.h: how different two colours are to the eye, and to eyes that lack a kind of cone. */
#ifndef TESTS_COLLECTOR_COLOUR_H
#define TESTS_COLLECTOR_COLOUR_H

/* Simulated by the matrices of Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of
 * Color Vision Deficiency", IEEE TVCG 15(6), at severity 1, applied to linear RGB. */
enum vision { VISION_NORMAL, VISION_PROTAN, VISION_DEUTAN, VISION_TRITAN, VISIONS };

struct colour_lab {
	double l, a, b;
};

/* rgb is 0xrrggbb, sRGB. */
struct colour_lab colour_seen(unsigned int rgb, enum vision v);

/* CIEDE2000; 1 is about what can just be told apart. After Sharma, Wu and Dalal 2005, "The CIEDE2000 Color-Difference
 * Formula", Color Res. Appl. 30(1). */
double colour_difference(struct colour_lab x, struct colour_lab y);

#endif
