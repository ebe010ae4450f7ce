//go:build ignore

/* What the kernel does with a program's sends, counted in the kernel: user space
 * reads the records once in a while and nothing is sent to it. */
#include "conn.h"

char LICENSE[] SEC("license") = "GPL";

#define max_of(field, value) do { if ((value) > (field)) (field) = (value); } while (0)

/* spend adds the time since the last event to the level at which the send buffer
 * stood meanwhile: it changes at events alone. */
static __always_inline void spend(struct conn *c, u32 queued, u32 sndbuf)
{
	u64 now = bpf_ktime_get_ns(), then = __sync_lock_test_and_set(&c->last, now);
	u64 level;

	if (!sndbuf || (s64)(now - then) <= 0)
		return;
	level = (u64)queued * PER_LEVEL / sndbuf;
	if (level < LOW)
		level = 0;
	if (level >= LEVELS)
		level = LEVELS - 1;
	__sync_fetch_and_add(&c->level[at(level, LEVELS)], now - then);
}

/* fill notes how full the send buffer stands. */
static __always_inline void fill(struct conn *c, const struct sock *sk, u32 queued, u32 sndbuf)
{
	u32 alloc = sk->sk_wmem_alloc.refs.counter, level;

	/* Only then can it be a new maximum, and a division costs ten nanoseconds. */
	if (queued > c->max_queued || sndbuf != c->sndbuf) {
		c->sndbuf = sndbuf;
		level = sndbuf ? (u64)queued * 1000 / sndbuf : 0;
		max_of(c->max_level, level);
		max_of(c->max_queued, queued);
	}
	max_of(c->max_alloc, alloc);
}

/* A stretch of the bytes of a connection: those before una are acknowledged, those
 * before nxt sent, those before end written. */
struct stretch { u32 una, nxt, end; };

/* stretch reads them in the order in which each is at most the next, whatever happens
 * meanwhile: after a send nobody holds the socket. */
static __always_inline struct stretch stretch(const struct tcp_sock *tp)
{
	struct stretch s;

	s.una = tp->snd_una;
	asm volatile("" ::: "memory");
	s.nxt = tp->snd_nxt;
	asm volatile("" ::: "memory");
	s.end = tp->write_seq;
	return s;
}

/* note writes down how the connection stands, for user space. */
static __always_inline void note(struct conn *c, struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	struct stretch s;

	c->queued = sk->sk_wmem_queued;
	c->alloc = sk->sk_wmem_alloc.refs.counter;
	fill(c, sk, c->queued, sk->sk_sndbuf);
	if (!tp)
		return;
	c->cwnd = tp->snd_cwnd;
	c->mss = tp->mss_cache;
	c->srtt_us = tp->srtt_us >> 3;
	c->retransmits = tp->total_retrans;
	c->data_segments = tp->data_segs_out;
	s = stretch(tp);
	c->in_flight = s.nxt - s.una;
	c->unsent = s.end - s.nxt;
	max_of(c->max_in_flight, c->in_flight);
	max_of(c->max_unsent, c->unsent);
}

static __always_inline u32 bucket(u64 n)
{
	u32 i = 0;

	if (n >> 31)
		return SIZES - 1;
	if (n >> 16) { n >>= 16; i += 16; }
	if (n >> 8) { n >>= 8; i += 8; }
	if (n >> 4) { n >>= 4; i += 4; }
	if (n >> 2) { n >>= 2; i += 2; }
	if (n >> 1) { n >>= 1; i += 1; }
	return n ? i + 1 : i;
}

/* begin notes a send that begins. Where the socket is held, nobody else does so. */
static __always_inline void begin(struct conn *c, const struct sock *sk, const struct msghdr *msg, u64 asked, int appended, int held)
{
	u32 task;

	if (c->begun.task) /* the first of all turns that one call makes */
		return;
	task = bpf_get_current_pid_tgid();
	if (held)
		c->begun.task = task;
	else if (__sync_val_compare_and_swap(&c->begun.task, 0, task) != 0)
		return;
	c->begun.asked = asked;
	c->begun.queued = sk->sk_wmem_queued;
	c->begun.appended = appended;
	c->begun.buffers = 1;
	/* A writev of one buffer is a write to the kernel. */
	if (msg->msg_iter.iter_type == bpf_core_enum_value(enum iter_type, ITER_IOVEC))
		c->begun.buffers = msg->msg_iter.nr_segs;
}

/* count counts a send of the task in begun. */
static __always_inline void count(struct conn *c, s64 taken)
{
	u64 asked = c->begun.asked;

	c->sends++;
	if (taken > 0) {
		c->bytes += taken;
		c->asked += asked;
		c->buffers += c->begun.buffers;
		c->size[at(bucket(asked), SIZES)]++;
		if (c->begun.buffers > 1)
			c->vectored++;
		if (c->begun.appended)
			c->appended++;
		if (taken < asked)
			c->partial++;
	} else if (taken == -EAGAIN) {
		c->eagain++;
	} else if (taken < 0) {
		c->failed++;
	}
}

/* count_apart counts any other. */
static __always_inline void count_apart(struct conn *c, s64 taken)
{
	__sync_fetch_and_add(&c->apart.sends, 1);
	if (taken > 0) {
		__sync_fetch_and_add(&c->apart.bytes, taken);
		__sync_fetch_and_add(&c->apart.size[at(bucket(taken), SIZES)], 1);
	} else if (taken < 0) {
		__sync_fetch_and_add(taken == -EAGAIN ? &c->apart.eagain : &c->apart.failed, 1);
	}
}

/* end counts a send that returns: taken is how many bytes the kernel took, or an
 * error. The socket is not held any more. */
static __always_inline void end(struct sock *sk, s64 taken)
{
	int missed, mine;
	struct conn *c = get(sk, &missed);
	u32 queued, sndbuf, before;
	struct tcp_sock *tp;
	struct lost *lost;
	struct stretch s;

	if (!c) {
		lost = missed ? get_lost() : 0;
		if (lost)
			lose(&lost->sends);
		return;
	}
	mine = c->begun.task == (u32)bpf_get_current_pid_tgid();
	queued = sk->sk_wmem_queued;
	sndbuf = sk->sk_sndbuf;
	/* A call that does not wait is too short to count apart from what was before. */
	before = queued;
	asm volatile("" : "+r"(before)); /* or one load would serve for both, of two kinds of memory */
	if (mine)
		before = c->begun.queued;
	if (!low(before, sndbuf) || !low(queued, sndbuf))
		spend(c, before, sndbuf);
	fill(c, sk, queued, sndbuf);
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (tp) {
		s = stretch(tp);
		max_of(c->max_in_flight, s.nxt - s.una);
		max_of(c->max_unsent, s.end - s.nxt);
	}
	/* A begin may have been seen late, once another task's send was over: then less
	 * was still asked for. */
	if (mine && taken <= (s64)c->begun.asked)
		count(c, taken);
	else
		count_apart(c, taken);
	if (mine)
		c->begun.task = 0;
	if (c->hidden) {
		note(c, sk);
		keep(sk, c);
	}
}

/* Since Linux 6.16: at each turn of the loop that takes a send's bytes, with the
 * segment that they may be appended to. */
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(send_turn, struct sock *sk, struct msghdr *msg, struct sk_buff *tail, int goal)
{
	int missed; /* end counts it */
	struct conn *c = get(sk, &missed);

	if (c)
		begin(c, sk, msg, msg->msg_iter.count, tail && (s64)goal > (s64)tail->len, 1);
	return 0;
}

/* Since Linux 6.3: when a send returns. */
SEC("tp_btf/sock_send_length")
int BPF_PROG(send_returned, struct sock *sk, int taken)
{
	end(sk, taken);
	return 0;
}

/* Where the tracepoints are missing. */
SEC("fentry/tcp_sendmsg")
int BPF_PROG(send_entered, struct sock *sk, struct msghdr *msg, unsigned long size)
{
	int missed; /* end counts it */
	struct conn *c = get(sk, &missed);
	struct sk_buff *tail;

	if (!c)
		return 0;
	tail = sk->sk_write_queue.prev;
	begin(c, sk, msg, size, (void *)tail != (void *)&sk->sk_write_queue, 0);
	return 0;
}

SEC("fexit/tcp_sendmsg")
int BPF_PROG(send_left, struct sock *sk, struct msghdr *msg, unsigned long size, int taken)
{
	end(sk, taken);
	return 0;
}

/* For each segment received, before it changes anything: what an acknowledgement
 * frees has stood in the buffer until now. */
SEC("tp_btf/tcp_probe")
int BPF_PROG(segment_received, struct sock *sk)
{
	struct conn *c;

	if (low(sk->sk_wmem_queued, sk->sk_sndbuf))
		return 0;
	c = known(sk);
	if (c)
		spend(c, sk->sk_wmem_queued, sk->sk_sndbuf);
	return 0;
}

/* A connection that is closed, as by a reset, leaves the tables that refresh goes over
 * long before its socket goes. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(state_set, struct sock *sk, int old, int state)
{
	struct conn *c;

	if (state != TCP_CLOSE)
		return 0;
	c = known(sk);
	if (!c)
		return 0;
	c->hidden = 1;
	note(c, sk);
	keep(sk, c);
	return 0;
}

/* The last word on a connection; user space then removes the copy. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(destroyed, struct sock *sk)
{
	struct conn *c = known(sk);

	if (!c)
		return 0;
	spend(c, sk->sk_wmem_queued, sk->sk_sndbuf);
	note(c, sk);
	c->closed = 1;
	keep(sk, c);
	return 0;
}

/* Read by user space before it reads the copies: brings them up to now. The kernel
 * holds each socket meanwhile. */
SEC("iter/tcp")
int refresh(struct bpf_iter__tcp *ctx)
{
	struct sock_common *any = ctx->sk_common;
	struct tcp_sock *tp;
	struct sock *sk;
	struct conn *c;

	if (!any)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(any);
	if (!tp)
		return 0;
	sk = (struct sock *)tp;
	c = known(sk);
	if (!c)
		return 0;
	spend(c, sk->sk_wmem_queued, sk->sk_sndbuf);
	note(c, sk);
	keep(sk, c);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct *parent, struct task_struct *child)
{
	u32 tgid = child->tgid;
	struct lost *lost;
	u8 member = 1;

	if (tgid == parent->tgid || !(parent->tgid == target || in_family(parent->tgid)))
		return 0;
	followed = 1;
	if (bpf_map_update_elem(&family, &tgid, &member, BPF_ANY)) {
		lost = get_lost();
		if (lost)
			lose(&lost->forks);
	}
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(exited, struct task_struct *task)
{
	u32 tgid = task->tgid;

	if (task->signal->live.counter != 0)
		return 0;
	bpf_map_delete_elem(&family, &tgid);
	if (tgid == target)
		target = 0;
	return 0;
}

/* Read by user space once, before anything is counted. */
SEC("iter/task")
int find(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task && task->pid == task->tgid && is_target(task))
		target = task->tgid;
	return 0;
}
