/* The process that is looked at. */
#pragma once
#include "kernel.h"

/* Its number in the PID namespace of whoever asks, and that namespace's inode. */
volatile const u32 target_pid;
volatile const u32 target_namespace;

/* is_target finds a task's number in the asker's namespace, which may be any of
 * those that enclose the task's own. */
static __always_inline int is_target(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);
	struct upid at;
	int i;

	for (i = 0; i < 32; i++) { /* MAX_PID_NS_LEVEL */
		if (i > level)
			break;
		if (bpf_core_read(&at, sizeof(at), &pid->numbers[i]))
			break;
		if (BPF_CORE_READ(at.ns, ns.inum) == target_namespace)
			return at.nr == target_pid;
	}
	return 0;
}
