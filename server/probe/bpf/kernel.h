/* The kernel types that the programs read, and of each the fields used alone. The
 * loader finds where they lie in the running kernel (CO-RE), so that one object
 * serves every kernel and no dump of one kernel's types is needed. */
#pragma once

typedef unsigned char __u8;
typedef unsigned short __u16, __be16, __sum16;
typedef unsigned int __u32, __be32, __wsum;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

/* Of the interface to user space, which never changes. */
enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_SK_STORAGE = 24 };
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1, BPF_SK_STORAGE_GET_F_CREATE = 1 };
enum { AF_INET = 2, AF_INET6 = 10, IPPROTO_TCP = 6, TCP_CLOSE = 7, EAGAIN = 11, EEXIST = 17 };

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct refcount_struct { atomic_t refs; } refcount_t;

struct ns_common { u32 inum; };
struct net { struct ns_common ns; };
typedef struct { struct net *net; } possible_net_t;

struct in6_addr { union { u8 u6_addr8[16]; } in6_u; };
struct sock_common {
	u16 skc_family;
	u16 skc_num;
	__be16 skc_dport;
	__be32 skc_daddr, skc_rcv_saddr;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	possible_net_t skc_net;
	atomic64_t skc_cookie;
};
struct sk_buff { u32 len; };
struct sk_buff_head { struct sk_buff *prev; };
struct sock {
	struct sock_common __sk_common;
	int sk_wmem_queued, sk_sndbuf;
	refcount_t sk_wmem_alloc;
	struct sk_buff_head sk_write_queue;
	u16 sk_protocol;
};
struct tcp_sock {
	u32 write_seq, snd_una, snd_nxt, snd_cwnd, mss_cache, srtt_us;
	u32 total_retrans, segs_out, data_segs_out;
};
enum iter_type { ITER_IOVEC = 1 }; /* its value differs by kernel */
struct iov_iter { u8 iter_type; unsigned long count, nr_segs; };
struct msghdr { struct iov_iter msg_iter; };

struct pid_namespace { struct ns_common ns; };
struct upid { int nr; struct pid_namespace *ns; };
struct pid { u32 level; struct upid numbers[1]; };
struct signal_struct { atomic_t live; };
struct task_struct {
	int pid, tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct signal_struct *signal;
};

struct bpf_iter__tcp { struct sock_common *sk_common; };
struct bpf_iter__task { struct task_struct *task; };

#pragma clang attribute pop
