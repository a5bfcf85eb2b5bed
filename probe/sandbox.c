/* sandbox.c: the parts in the order in which each still leaves the next one possible, and the two
 * small ones themselves: privileges and capabilities. */
#include "probe/sandbox.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/sandbox_calls.h"
#include "probe/sandbox_files.h"

/* Root without CAP_DAC_OVERRIDE is a user like any other, and so can't write into the folder of a
 * service that has a user of its own. */
static bool needs_override(const char *state_dir)
{
	struct stat st;
	return state_dir && geteuid() == 0 && stat(state_dir, &st) == 0 && st.st_uid != 0;
}

/* The bounding set is what a program that is started could get; without CAP_SETPCAP it can't be
 * made smaller, but then PR_SET_NO_NEW_PRIVS already keeps it out of reach. */
static int drop_capabilities(bool keep_override)
{
	const uint32_t kept = keep_override ? 1U << CAP_DAC_OVERRIDE : 0;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{.effective = kept, .permitted = kept}};
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, data) < 0)
		return -1;
	return keep_override ? -1 : 0;
}

unsigned int sandbox_enter(const struct sandbox_config *config)
{
	unsigned int parts = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		parts |= SANDBOX_PRIVILEGES;
	/* Before the capabilities, as whose owner the folders may have to be opened. */
	if (sandbox_files_close(config) == 0)
		parts |= SANDBOX_FILES;
	if (drop_capabilities(needs_override(config->state_dir)) == 0)
		parts |= SANDBOX_CAPABILITIES;
	/* Last: it forbids the calls of the others. */
	if (sandbox_calls_close() == 0)
		parts |= SANDBOX_CALLS;
	return parts;
}

unsigned int sandbox_available(void)
{
	unsigned int parts = SANDBOX_CAPABILITIES;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0)
		parts |= SANDBOX_PRIVILEGES;
	if (sandbox_files_available())
		parts |= SANDBOX_FILES;
	if (sandbox_calls_available())
		parts |= SANDBOX_CALLS;
	return parts;
}

const char *sandbox_str(char out[static SANDBOX_TEXT], unsigned int parts)
{
	static const char *const names[] = {"privileges", "capabilities", "files", "calls"};
	size_t len = 0;
	snprintf(out, SANDBOX_TEXT, "nothing");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (parts & 1U << i)
			len += (size_t)snprintf(out + len, SANDBOX_TEXT - len, "%s%s",
						len ? ", " : "", names[i]);
	return out;
}
