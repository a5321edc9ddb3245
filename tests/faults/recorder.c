/* Records, in order, what a process does to the files below $RECORD_ROOT, into $RECORD_LOG: one record a call.
 * Loaded with LD_PRELOAD; tests/faults/power.py reads the records and makes disks of them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int log_fd = -2;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t raw(int fd, const void *data, size_t size) { return REAL(write)(fd, data, size); }

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, 4095);
    if (size < 0) return 0;
    path[size] = 0;
    const char *root = getenv("RECORD_ROOT");
    return fd == 1 || (root && strncmp(path, root, strlen(root)) == 0);
}

static void record(char kind, const char *path, const char *other, uint64_t offset, const void *data, uint64_t size) {
    const char *root = getenv("RECORD_ROOT"), *name = getenv("RECORD_LOG");
    if (!root || !name) return;
    pthread_mutex_lock(&lock);
    if (log_fd == -2) log_fd = REAL(open)(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint32_t one = strlen(path), two = strlen(other);
    char head[1 + 4 + 4 + 8 + 8];
    head[0] = kind;
    memcpy(head + 1, &one, 4), memcpy(head + 5, &two, 4), memcpy(head + 9, &offset, 8), memcpy(head + 17, &size, 8);
    raw(log_fd, head, sizeof head), raw(log_fd, path, one), raw(log_fd, other, two);
    if (data) raw(log_fd, data, size);
    pthread_mutex_unlock(&lock);
}

static void wrote(int fd, const void *data, ssize_t size, uint64_t offset) {
    char path[4096];
    if (size > 0 && path_of(fd, path)) record(fd == 1 ? 'A' : 'W', path, "", offset, data, size);
}

ssize_t write(int fd, const void *data, size_t size) {
    off_t at = fd > 2 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = raw(fd, data, size);
    if (fd != log_fd) wrote(fd, data, done, at < 0 ? 0 : at);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t done = REAL(pwrite)(fd, data, size, at);
    wrote(fd, data, done, at);
    return done;
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    ssize_t done = REAL(pwrite64)(fd, data, size, at);
    wrote(fd, data, done, at);
    return done;
}
static int cut(int fd, uint64_t size, int done) {
    char path[4096];
    if (!done && path_of(fd, path)) record('T', path, "", size, NULL, 0);
    return done;
}
int ftruncate(int fd, off_t size) { return cut(fd, size, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size, REAL(ftruncate64)(fd, size)); }
static int synced(int fd, int done) {
    char path[4096];
    if (!done && path_of(fd, path)) record('S', path, "", 0, NULL, 0);
    return done;
}
int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }
static void absolute(const char *path, char *whole) {
    if (path[0] == '/' || !getcwd(whole, 2000)) snprintf(whole, 4096, "%s", path);
    else snprintf(whole + strlen(whole), 2000, "/%s", path);
}
static void named(char kind, const char *from, const char *to) {
    char one[4096], two[4096] = "";
    absolute(from, one);
    if (to[0]) absolute(to, two);
    const char *root = getenv("RECORD_ROOT");
    if (root && (strncmp(one, root, strlen(root)) == 0)) record(kind, one, two, 0, NULL, 0);
}
int rename(const char *from, const char *to) {
    int done = REAL(rename)(from, to);
    if (!done) named('R', from, to);
    return done;
}
int link(const char *from, const char *to) {
    int done = REAL(link)(from, to);
    if (!done) named('L', from, to);
    return done;
}
int unlink(const char *path) {
    int done = REAL(unlink)(path);
    if (!done) named('U', path, "");
    return done;
}
