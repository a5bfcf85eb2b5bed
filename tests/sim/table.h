/* table.h: the table of truth.md, "How good it must be", with what was measured. */
#ifndef TESTS_SIM_TABLE_H
#define TESTS_SIM_TABLE_H

#include "tests/sim/parts.h"

/* Prints the rows of the parts that ran, on stdout. How many goals were missed. */
unsigned int table_print(const struct results *r);

#endif
