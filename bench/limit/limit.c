/* limit is the least program that writes what the server under test writes: a
 * ring of ready-made frames whose sequence number alone is rewritten, to one
 * connection, by write(2) or writev(2). It speaks just enough of the protocol of
 * internal/child that the runner can put it in the server's place.
 *
 * usage: limit write|writev FRAMES_FILE FRAME_BYTES FRAMES_PER_CALL CONGESTION [stamp]
 *
 * With stamp, messages carry the time of their call as their intended send time,
 * so that the generator has latencies to record.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <err.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* line reads one line of any length from the parent; the parent's end is ours. */
static char *line(void) {
	static char *buf;
	static size_t cap;
	if (getline(&buf, &cap, stdin) < 0)
		exit(4);
	return buf;
}

static int serve(const char *congestion) {
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	int one = 1, l = socket(AF_INET, SOCK_STREAM, 0);
	if (l < 0 || bind(l, (struct sockaddr *)&a, len) || listen(l, 1) || getsockname(l, (struct sockaddr *)&a, &len))
		err(4, "listen");
	printf("{\"addr\":\"127.0.0.1:%d\"}\n", ntohs(a.sin_port));
	fflush(stdout);
	int fd = accept(l, NULL, NULL);
	if (fd < 0)
		err(4, "accept");
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, strlen(congestion)))
		err(4, "socket options");
	printf("{}\n");
	fflush(stdout);
	return fd;
}

static void snapshot(const char *name, long long at, unsigned long long messages, size_t size, unsigned long long calls) {
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	printf("\"%s\":{\"time\":%lld,\"messages\":%llu,\"bytes\":%llu,\"calls\":%llu,\"usage\":{\"cpu_seconds\":%.6f,\"max_rss_bytes\":%ld}},",
	    name, at, messages, messages * size, calls,
	    r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6, r.ru_maxrss << 10);
}

int main(int argc, char **argv) {
	if (argc != 6 && argc != 7)
		errx(2, "usage: limit write|writev FRAMES_FILE FRAME_BYTES FRAMES_PER_CALL CONGESTION [stamp]");
	int stamp = argc == 7, gather = !strcmp(argv[1], "writev");
	size_t frame = strtoul(argv[3], NULL, 10);
	int call = atoi(argv[4]);
	if (frame < 20 || call < 1 || call > IOV_MAX || (!gather && call > 1))
		errx(2, "impossible sizes");

	FILE *f = fopen(argv[2], "rb");
	if (!f || fseek(f, 0, SEEK_END))
		err(4, "%s", argv[2]);
	size_t slots = ftell(f) / frame;
	char *ring = malloc(slots * frame);
	rewind(f);
	if (slots < (size_t)call || fread(ring, frame, slots, f) != slots)
		errx(4, "%s: too few frames", argv[2]);
	fclose(f);

	line(); /* the configuration, which the arguments say already */
	int fd = serve(argv[5]);
	long long start, begin, end, stop;
	if (sscanf(line(), "{\"start\":%lld,\"begin\":%lld,\"end\":%lld,\"stop\":%lld}", &start, &begin, &end, &stop) != 4)
		errx(4, "no times");
	struct timespec t = {start / 1000000000, start % 1000000000};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		continue;

	unsigned long long seq = 0, calls = 0;
	size_t at = 0;
	struct iovec iov[IOV_MAX];
	printf("{\"times\":{\"start\":%lld,\"begin\":%lld,\"end\":%lld,\"stop\":%lld},", start, begin, end, stop);
	for (long long t = now(); t < stop; t = now()) {
		if (begin && t >= begin) {
			snapshot("begin", t, seq, frame - 4, calls);
			begin = 0;
		} else if (end && t >= end) {
			snapshot("end", t, seq, frame - 4, calls);
			end = 0;
		}
		for (int i = 0; i < 64; i++) { /* so that the clock costs nothing */
			uint64_t due = stamp ? htobe64(now()) : 0;
			for (int k = 0; k < call; k++) {
				uint64_t head[2] = {htobe64(seq++), due};
				memcpy(ring + at * frame + 4, head, sizeof head);
				iov[k] = (struct iovec){ring + at * frame, frame};
				at = at + 1 < slots ? at + 1 : 0;
			}
			/* A blocking socket takes all, so a short count is a failure. */
			ssize_t n = gather ? writev(fd, iov, call) : write(fd, iov[0].iov_base, frame);
			if (n != (ssize_t)(call * frame))
				err(4, "write");
			calls++;
		}
	}
	printf("\"sent\":%llu,\"sent_bytes\":%llu,\"failed\":0}\n", seq, seq * (frame - 4));
	shutdown(fd, SHUT_WR);
	fflush(stdout);
	line(); /* returns at no time: the parent closes our input when it is done */
}
