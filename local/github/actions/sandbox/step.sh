#!/usr/bin/env bash
# The first process of a step's namespaces. It builds the little that the step may see, then runs the step without any powers.
#
#   step.sh files|network PLACE [HIDDEN ...] -- [KEPT ...] -- FOLDER COMMAND [ARGUMENT ...]
#
# Input: the step's variables as NAME=value, each with a NUL behind it. They are the step's alone: with a search path or an
# LD_PRELOAD of its making no program may run here, where it is not yet locked in.
# PLACE is a folder of ours that no step can write to. In it `files` and `tmp` become the job's own folder and its /tmp;
# `view` is where the new root is put together.
# HIDDEN: folders that stay out of sight also when they lie in what is shown. KEPT: folders with programs to show all the same.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
mapfile -d '' -t variables

# The system's programs and their settings; all the rest (homes, other disks, sockets, temporary files) is not there at all.
SYSTEM=(/bin /sbin /lib /lib32 /lib64 /libx32 /usr /etc /opt /nix /gnu /home/linuxbrew)
DEVICES=(null zero full random urandom tty)

# A new network namespace starts with its loopback down; any of these three brings it up.
loopback_up() {
  ip link set lo up ||
    perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 0) && ioctl(S, 0x8914, pack("a16 s x14", "lo", 0x41)) or exit 1' ||
    python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))'
} 2> /dev/null

# Like mkdir -p, but follows no link: an earlier step may have put one into /tmp, to have us work somewhere else.
make_folder() {
  local path=$1 part parts
  IFS=/ read -r -a parts <<< "${2#/}"
  for part in "${parts[@]}"; do
    path+=/$part
    if [[ -L $path ]]; then rm "$path"; fi
    if [[ ! -d $path ]]; then mkdir "$path"; fi
  done
}

show() { # source, where
  if [[ -d $1 ]]; then make_folder "$view" "$2"; else : >> "$view$2"; fi
  mount --rbind "$1" "$view$2"
}

# The machine's own /proc is the second best: it names other processes, but their memory and variables stay closed.
show_processes() {
  mount -t proc -o ro,nosuid,nodev,noexec proc "$1" 2> /dev/null || mount --rbind /proc "$1"
}

show_devices() {
  local name
  mkdir -p "$view/dev/shm"
  for name in "${DEVICES[@]}"; do show "/dev/$name" "/dev/$name"; done
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$view/dev/shm"
  ln -s /proc/self/fd "$view/dev/fd"
  ln -s /proc/self/fd/0 "$view/dev/stdin"
  ln -s /proc/self/fd/1 "$view/dev/stdout"
  ln -s /proc/self/fd/2 "$view/dev/stderr"
}

# Root may read what is only for root (password hashes, host keys): it is covered for everybody.
cover_secrets() {
  local path
  while IFS= read -r -d '' path; do
    if [[ -d $path ]]; then mount -t tmpfs -o mode=0 tmpfs "$path"; else mount --bind "$view/dev/null" "$path"; fi
  done < <(find "$view/etc" -xdev ! -type l ! -perm -004 -prune -print0 2> /dev/null)
}

# Some of these flags came with the mount from outside, and the kernel lets nobody drop them.
make_read_only() {
  local point options flag flags
  while read -r _ _ _ _ point options _; do
    printf -v point '%b' "$point"
    case $point in /tmp | /dev/shm | "$place/files") continue ;; esac
    flags=
    for flag in nosuid nodev noexec; do
      if [[ ,$options, == *,$flag,* ]]; then flags+=,$flag; fi
    done
    mount -o "remount,bind,ro$flags" none "$point"
  done < /proc/self/mountinfo
}

build_view() {
  local path
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$view"
  for path in "${SYSTEM[@]}"; do
    if [[ -L $path ]]; then cp -P "$path" "$view$path"; elif [[ -d $path ]]; then show "$path" "$path"; fi
  done
  mkdir -p "$view/proc" "$view/run" "$view/tmp" "$view/var" "$view/old"
  ln -s /tmp "$view/var/tmp"
  show_devices
  show_processes "$view/proc"
  cover_secrets
  mount --bind "$place/tmp" "$view/tmp"
  for path in "${hidden[@]}"; do
    if [[ -d $view$path ]]; then mount -t tmpfs -o mode=755 tmpfs "$view$path"; fi
  done
  for path in "${kept[@]}"; do
    if [[ ! -e $view$path ]]; then show "$path" "$path"; fi
  done
  show "$place/files" "$place/files"
  cd "$view"
  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  make_read_only
}

mode=$1 place=$2 view=$2/view
shift 2
hidden=() kept=()
while [[ $1 != -- ]]; do hidden+=("$1") && shift; done
shift
while [[ $1 != -- ]]; do kept+=("$1") && shift; done
folder=$2
shift 2

loopback_up
drop_powers=()
if [[ $mode == files ]]; then
  build_view
  drop_powers=(setpriv --no-new-privs --bounding-set=-all --inh-caps=-all)
else
  show_processes /proc
fi
cd "$folder"
# This process stays: with the first process of a namespace go all others, so nothing that a step leaves behind outlives it.
# What the shell has to say about the end of a process is not the step's output.
exec 3>&2 2> /dev/null
"${drop_powers[@]}" env -i -- "${variables[@]}" "$@" < /dev/null 2>&3 3>&- || exit "$?"
