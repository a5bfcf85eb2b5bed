/* cmd_doctor.c: `probe doctor`: from what is quick and certain to what the network may delay. */
#include <stdio.h>

#include "probe/commands.h"
#include "probe/doctor.h"

int cmd_doctor(const struct options *o)
{
	struct doctor d;
	doctor_begin(&d, o);
	doctor_settings(&d);
	doctor_device(&d);
	doctor_network(&d);
	return doctor_end(&d);
}
