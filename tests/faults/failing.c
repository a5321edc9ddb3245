/* Lets one call of a process to a registry's database fail, or kills the process there. Loaded with LD_PRELOAD:
 * $FAIL_FILE names the database (its WAL is meant too), $FAIL_CALL the call, $FAIL_AT the how manieth, from 1, and
 * $FAIL_ERROR the error's number; 0: SIGKILL instead. That it happened is said on stderr. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int ours(int fd) {
    char link[64], path[4096];
    const char *file = getenv("FAIL_FILE");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (!file || size < 0) return 0;
    path[size] = 0;
    size_t stem = strlen(file);
    return strncmp(path, file, stem) == 0 && (!path[stem] || strcmp(path + stem, "-wal") == 0);
}

static int fails(int fd, const char *call) {
    static int seen;
    const char *meant = getenv("FAIL_CALL");
    if (!meant || strcmp(meant, call) || !ours(fd)) return 0;
    if (__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) != atoi(getenv("FAIL_AT"))) return 0;
    if (write(2, "the call failed\n", 16) != 16) abort();
    int error = atoi(getenv("FAIL_ERROR"));
    if (!error) kill(getpid(), SIGKILL);
    errno = error;
    return 1;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(fd, "pwrite") ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd, "pwrite") ? -1 : REAL(pwrite64)(fd, data, size, at);
}
ssize_t pread(int fd, void *data, size_t size, off_t at) {
    return fails(fd, "pread") ? -1 : REAL(pread)(fd, data, size, at);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
    return fails(fd, "pread") ? -1 : REAL(pread64)(fd, data, size, at);
}
int ftruncate(int fd, off_t size) { return fails(fd, "ftruncate") ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return fails(fd, "ftruncate") ? -1 : REAL(ftruncate64)(fd, size); }
int fsync(int fd) { return fails(fd, "sync") ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd, "sync") ? -1 : REAL(fdatasync)(fd); }
