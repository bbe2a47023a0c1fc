/* A disk that fails when told to, and whose every write is kept: preloaded into a process (LD_PRELOAD) under test.

   $DISK_DATABASE, its journals and its folder are watched. What is written, cut, synced and removed there is appended to $DISK_LOG, in the order
   in which it happens. Syncs write nothing, so that no test waits for the machine's own disk. $DISK_FAULTS is a file of two numbers of 32 bits: how many
   writes, and how many syncs, fail with EIO from now on; -1 are all. See disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static const char *database;
static size_t folder_length;
static int log_file = -1;
static int32_t no_faults[2];
static volatile int32_t *faults = no_faults; /* of writes, of syncs */

/* As a process is loaded; or later, called by one that was forked from another and has its own environment only then. */
__attribute__((constructor)) void disk_begin(void)
{
    const char *log_path = getenv("DISK_LOG"), *faults_path = getenv("DISK_FAULTS");
    database = getenv("DISK_DATABASE");
    if (database)
        folder_length = (size_t)(strrchr(database, '/') - database);
    if (log_path)
        log_file = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (faults_path) {
        int file = open(faults_path, O_RDWR | O_CLOEXEC);
        void *mapped = mmap(NULL, sizeof no_faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED)
            faults = mapped;
    }
}

/* The name of a watched file, "." for the folder; NULL for any other. What is shared by memory (-shm) outlasts nothing. */
static const char *name_of(const char *path)
{
    if (strncmp(path, database, folder_length))
        return NULL;
    if (!path[folder_length])
        return ".";
    return !strncmp(path, database, strlen(database)) && !strstr(path, "-shm") ? path + folder_length + 1 : NULL;
}

static const char *watched(int fd, char *path)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = database ? readlink(link, path, PATH_MAX - 1) : -1;
    if (length < 0)
        return NULL;
    path[length] = 0;
    return name_of(path);
}

static int fails(int kind)
{
    if (!faults[kind])
        return 0;
    if (faults[kind] > 0)
        faults[kind]--;
    errno = EIO;
    return 1;
}

/* kind, length of the name, place, length of the data; then both. */
static void note(char kind, const char *name, int64_t place, const void *data, int64_t length)
{
    struct __attribute__((packed)) { char kind; uint16_t named; int64_t place, length; } head;
    if (log_file < 0)
        return;
    head.kind = kind, head.named = (uint16_t)strlen(name), head.place = place, head.length = length;
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.named}, {(void *)data, (size_t)length}};
    if (writev(log_file, parts, data ? 3 : 2) < 0)
        abort();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITES(name, offset_type)                                                     \
    ssize_t name(int fd, const void *data, size_t length, offset_type place)          \
    {                                                                                 \
        char path[PATH_MAX];                                                          \
        const char *file = watched(fd, path);                                         \
        if (!file)                                                                    \
            return REAL(name)(fd, data, length, place);                               \
        pthread_mutex_lock(&one_at_a_time);                                           \
        ssize_t done = fails(0) ? -1 : REAL(name)(fd, data, length, place);           \
        if (done > 0)                                                                 \
            note('W', file, place, data, done);                                       \
        pthread_mutex_unlock(&one_at_a_time);                                         \
        return done;                                                                  \
    }

#define CUTS(name, offset_type)                                                       \
    int name(int fd, offset_type size)                                                \
    {                                                                                 \
        char path[PATH_MAX];                                                          \
        const char *file = watched(fd, path);                                         \
        if (!file)                                                                    \
            return REAL(name)(fd, size);                                              \
        pthread_mutex_lock(&one_at_a_time);                                           \
        int failed = fails(0) ? -1 : REAL(name)(fd, size);                            \
        if (!failed)                                                                  \
            note('T', file, size, NULL, 0);                                           \
        pthread_mutex_unlock(&one_at_a_time);                                         \
        return failed;                                                                \
    }

#define SYNCS(name)                                                                   \
    int name(int fd)                                                                  \
    {                                                                                 \
        char path[PATH_MAX];                                                          \
        const char *file = watched(fd, path);                                         \
        if (!file)                                                                    \
            return REAL(name)(fd);                                                    \
        pthread_mutex_lock(&one_at_a_time);                                           \
        int failed = fails(1) ? -1 : 0; /* what it would do, the log does */          \
        note(failed ? 'F' : 'S', file, 0, NULL, 0);                                   \
        pthread_mutex_unlock(&one_at_a_time);                                         \
        return failed;                                                                \
    }

WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)
SYNCS(fsync)
SYNCS(fdatasync)

int unlink(const char *path)
{
    pthread_mutex_lock(&one_at_a_time);
    int failed = REAL(unlink)(path);
    const char *file = database ? name_of(path) : NULL;
    if (!failed && file)
        note('U', file, 0, NULL, 0);
    pthread_mutex_unlock(&one_at_a_time);
    return failed;
}
