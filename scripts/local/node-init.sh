#!/bin/bash
# First process of the local node, inside its own mount, network and process namespaces. What the node's programs
# believe to be /var/lib, /run and /var/log is private, so that nothing outside the checkout is touched and everything
# but the checkout's own files is gone when this process ends. Arguments: state folder, folders to keep visible.
set -euo pipefail
state=$1
shift

new=$(mktemp -d /tmp/homeport-node.XXXXXX)
mount -t tmpfs -o mode=755 homeport "$new"
mkdir -p "$new"/{run,var-lib,var-log}
for name in kubelet containerd cni homeport; do
  mkdir -p "$state/var-lib/$name" "$new/var-lib/$name"
  mount --bind "$state/var-lib/$name" "$new/var-lib/$name"
done
mkdir -p "$state/pod-logs" "$new/var-log/pods"
mount --bind "$state/pod-logs" "$new/var-log/pods"

# A checkout or cache below one of the hidden folders stays where it was.
for kept in "$state" "$@"; do
  case $kept in
    /run/*) shown=$new/run/${kept#/run/} ;;
    /var/lib/*) shown=$new/var-lib/${kept#/var/lib/} ;;
    /var/log/*) shown=$new/var-log/${kept#/var/log/} ;;
    *) continue ;;
  esac
  mkdir -p "$shown"
  mount --rbind "$kept" "$shown"
done
# The host's name servers are out of reach, and asking them would be none of the node's business.
touch "$new/run/resolv.conf"
mount --bind "$new/run/resolv.conf" /etc/resolv.conf
mount --rbind "$new/run" /run
mount --rbind "$new/var-lib" /var/lib
mount --rbind "$new/var-log" /var/log
umount -l "$new"
rmdir "$new"
mount --make-rshared /

ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
touch /run/homeport-node-ready

# bash reaps whatever is orphaned here; a sleeping child keeps it from spinning.
trap 'exit 0' TERM INT
while :; do
  sleep 86400 &
  wait $! || true
done
