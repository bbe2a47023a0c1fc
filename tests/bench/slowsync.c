/* Adds a time to each fsync and fdatasync, as a slower disk would: MICROSECONDS, for what is started with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int synced_late(const char *name, int fd)
{
    int (*synced)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *added = getenv("MICROSECONDS");
    usleep(added ? atoi(added) : 0);
    return synced(fd);
}

int fsync(int fd) { return synced_late("fsync", fd); }
int fdatasync(int fd) { return synced_late("fdatasync", fd); }
