/* What the programs keep of a connection, and whose connections they look at. */
#pragma once
#include "target.h"

#define SIZES 32   /* bucket i holds sends of less than 2^i bytes, the last all others */
#define LEVELS 64  /* bucket i holds levels from i/50 of the send buffer on; the last all from 126 % on */
#define PER_LEVEL 50
#define LOW 6      /* the first bucket holds all levels below this: see low */

/* at takes an index below a power of two. The verifier follows no comparison with
 * it, only the mask, which the compiler must therefore not find superfluous. */
static __always_inline u32 at(u32 i, u32 length)
{
	asm volatile("" : "+r"(i));
	return i & (length - 1);
}

/* low tells whether a send buffer stands so low that nobody wants to know exactly:
 * no time is taken then. It can leave that state by a send alone, which counts all
 * the time before it. On a connection whose reader keeps up this is the only state,
 * and taking the time would be a third of the cost. */
static __always_inline int low(u32 queued, u32 sndbuf)
{
	return (u64)queued * PER_LEVEL < (u64)sndbuf * LOW;
}

/* A task's send that has begun. A send that another task begins meanwhile on the
 * same connection has no such record. */
struct begun {
	u64 asked;
	u32 task, buffers, appended, queued;
};

struct conn {
	/* Sends that have returned and whose begin was seen: whoever stands in begun is
	 * alone here, so that no count needs to be atomic. */
	struct begun begun;
	u64 sends, bytes, eagain, failed;
	u64 asked, partial, vectored, buffers, appended; /* of those that took something */
	/* the most of each */
	u32 max_queued, max_alloc, max_unsent, max_in_flight, max_level;
	u32 sndbuf; /* and below as it was at the last event */
	u64 size[SIZES];
	/* time by level, in ns */
	u64 last;
	u64 level[LEVELS];
	/* sends that have returned and whose begin was not seen, of any task at a time */
	struct {
		u64 sends, bytes, eagain, failed;
		u64 size[SIZES];
	} apart;
	/* as it was when user space last asked, or when it ended */
	u32 queued, alloc, unsent, in_flight, cwnd, mss, srtt_us;
	u32 retransmits, retransmits_before, data_segments, data_segments_before;
	u32 pid, closed;
	u32 hidden; /* refresh does not come here: each send keeps its count itself */
	u16 family, local_port, remote_port, unused;
	u8 local[16], remote[16];
};

/* Events that could not be kept, never counted as if they had not been. */
struct lost {
	u64 sends;   /* on connections beyond what the map holds */
	u64 forks;   /* children beyond what the family holds: their sends are not seen */
};

/* The records at work, each stored with its socket: it is found without a key, in half
 * the time. The kernel charges it to the socket as an option (net.core.optmem_max). */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn);
} records SEC(".maps");

/* Copies of the records, which user space reads: what is stored with a socket it can
 * read by a descriptor of that socket alone, and not once it is gone. A connection that
 * finds no place here gets no record. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, u64); /* the socket's cookie */
	__type(value, struct conn);
} conns SEC(".maps");

/* An empty connection: one would not fit the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct conn);
} empty SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct lost);
} losses SEC(".maps");

/* Processes that descend from the one that is looked at, by the kernel's number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u8);
} family SEC(".maps");

/* Leaves the process itself out. */
volatile const u8 children_only;

/* The network namespace whose connections refresh goes over, by its inode. */
volatile const u32 refresh_namespace;

/* The kernel's number of that process: found once, as finding it takes longer than
 * all else that a send of another process costs. 0 once it has ended. */
volatile u32 target;

/* Whether anything is in family, which few programs fill: looking into it is most of
 * what a send of another process costs otherwise. */
volatile u8 followed;

static __always_inline int in_family(u32 tgid)
{
	return followed && bpf_map_lookup_elem(&family, &tgid) != 0;
}

/* wanted tells whether the process that runs now is looked at. */
static __always_inline int wanted(void)
{
	u32 tgid = bpf_get_current_pid_tgid() >> 32;

	return (!children_only && tgid == target) || in_family(tgid);
}

static __always_inline void lose(u64 *what)
{
	__sync_fetch_and_add(what, 1);
}

static __always_inline struct lost *get_lost(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&losses, &zero);
}

static __always_inline struct conn *known(struct sock *sk)
{
	return bpf_sk_storage_get(&records, sk, 0, 0);
}

/* keep copies a record to where user space reads it. */
static __always_inline void keep(const struct sock *sk, struct conn *c)
{
	u64 cookie = sk->__sk_common.skc_cookie.counter;
	struct conn *kept = bpf_map_lookup_elem(&conns, &cookie);

	if (kept)
		bpf_probe_read_kernel(kept, sizeof(*kept), c);
}

static __always_inline void address(struct conn *c, struct sock *sk)
{
	struct sock_common *common = &sk->__sk_common;

	c->family = common->skc_family;
	c->local_port = common->skc_num;
	c->remote_port = __builtin_bswap16(common->skc_dport);
	if (c->family == AF_INET) {
		*(__be32 *)c->local = common->skc_rcv_saddr;
		*(__be32 *)c->remote = common->skc_daddr;
	} else if (c->family == AF_INET6) {
		bpf_core_read(c->local, 16, &common->skc_v6_rcv_saddr);
		bpf_core_read(c->remote, 16, &common->skc_v6_daddr);
	}
}

static __always_inline int hidden(const struct sock *sk)
{
	if (!bpf_core_field_exists(sk->__sk_common.skc_net.net))
		return 1;
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) != refresh_namespace;
}

/* create makes the record of a connection. */
static __always_inline struct conn *create(struct sock *sk)
{
	struct tcp_sock *tp;
	struct conn *c;
	u32 zero = 0;
	u64 cookie;
	long err;

	c = bpf_map_lookup_elem(&empty, &zero);
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!c || !tp)
		return 0;
	/* Nothing else of this processor comes between: it would have to be a send. */
	c->last = bpf_ktime_get_ns();
	c->pid = bpf_get_current_pid_tgid() >> 32;
	c->retransmits_before = tp->total_retrans;
	c->data_segments_before = tp->data_segs_out;
	c->hidden = hidden(sk);
	address(c, sk);
	cookie = bpf_get_socket_cookie(sk);
	err = bpf_map_update_elem(&conns, &cookie, c, BPF_NOEXIST);
	if (err && err != -EEXIST)
		return 0;
	c = bpf_sk_storage_get(&records, sk, c, BPF_SK_STORAGE_GET_F_CREATE);
	if (!c)
		bpf_map_delete_elem(&conns, &cookie);
	return c;
}

/* get returns the record of a connection, a new one if the process is looked at; where
 * that cannot be kept, missed is set. */
static __always_inline struct conn *get(struct sock *sk, int *missed)
{
	struct conn *c = known(sk);

	*missed = 0;
	if (c)
		return c;
	if (sk->sk_protocol != IPPROTO_TCP || !wanted())
		return 0;
	c = create(sk);
	*missed = !c;
	return c;
}
