/* atlantis.c: written to a folder of its own each time. */
#include "tests/collector/atlantis.h"

#include <stdio.h>
#include <string.h>

#include "tests/collector/scratch.h"

static const char *const names[FILES] = {"country.conf", "regions.tsv", "isps.tsv", "targets.csv",
					 "inside.csv"};

static const char *const good[FILES] = {
	[CONF] = "[country]\ncode = XA\nname_en = Atlantis\nname_fa = آتلانتیس\n"
		 "timezone = Atlantic/Azores\nutc_offset_min = -60\n",
	[REGIONS] = REGIONS_HEAD "XA-N\tXA-01\tXA.NO\tNorth\tشمال\t1200\n"
				 "XA-07\t-\t-\tSouth\tجنوب\t-\n",
	[ISPS] = ISPS_HEAD "64501\tSea Cable\tکابل دریا\tfixed\t1.5\twet\n"
			   "64502\tGate\tدروازه\tgateway\t-\t-\n",
	[TARGETS] = "url,class,level,notes\n"
		    "https://b.example/,open,0,expect:204\n"
		    "https://a.example/,domestic,1,\"quoted, with \"\"commas\"\"\"\n"
		    "tcp://c.example:53,open,3,\n",
};

struct country *atlantis_load(enum atlantis_file replaced, const char *text, char *err,
			      size_t errlen)
{
	char *dir = scratch_new(), name[64];
	for (size_t f = 0; f < FILES; f++) {
		const char *content = f == replaced ? text : good[f];
		snprintf(name, sizeof(name), "XA/%s", names[f]);
		if (content)
			scratch_write(dir, name, content, strlen(content));
	}
	struct country *c = country_load(dir, "XA", err, errlen);
	scratch_remove(dir);
	return c;
}
