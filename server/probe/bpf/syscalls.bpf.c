//go:build ignore

/* How often a process makes each system call, counted as it enters the kernel. This
 * runs on every system call of the machine: load it in trials of its own. */
#include "target.h"

char LICENSE[] SEC("license") = "GPL";

#define NUMBERS 512 /* more than any architecture has */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NUMBERS);
	__type(key, u32);
	__type(value, u64);
} counts SEC(".maps");

/* The kernel's own number of the process, once it is known. */
u32 known;

struct pt_regs;

SEC("tp_btf/sys_enter")
int BPF_PROG(entered, struct pt_regs *regs, long number)
{
	u32 tgid = bpf_get_current_pid_tgid() >> 32, key = number;
	u64 *n;

	if (known ? tgid != known : !is_target((struct task_struct *)bpf_get_current_task()))
		return 0;
	known = tgid;
	n = bpf_map_lookup_elem(&counts, &key);
	if (n)
		__sync_fetch_and_add(n, 1);
	return 0;
}
