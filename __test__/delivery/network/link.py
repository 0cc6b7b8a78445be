"""A link between two TUN devices, with a delay and losses, that can be cut.

    link.py DEVICE DEVICE ONE_WAY_DELAY_MS LOSS_PERCENT

Makes both devices in the network namespace it runs in (they may be moved to others afterwards), prints `ready`, and
carries packets until its standard input ends. The lines `cut` and `mend` there cut and mend the link. Losses come
from a generator with a fixed seed, so that every run loses the same packets.

In user space rather than by `tc netem`, because many kernels come without it; and because netem on a veth pair loses
whole bursts of 64 KiB where a real link loses packets. Node itself cannot open a TUN device: it has no ioctl(2).
"""

import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
LARGEST_PACKET = 65536


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main():
    first, second = open_device(sys.argv[1]), open_device(sys.argv[2])
    delay = float(sys.argv[3]) / 1000
    loss = float(sys.argv[4]) / 100
    chance = random.Random(1)
    on_the_way = collections.deque()  # (when it arrives, where, packet); the delay is the same for all
    is_cut = False
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while on_the_way and on_the_way[0][0] <= now:
            _, device, packet = on_the_way.popleft()
            try:
                os.write(device, packet)
            except OSError:
                pass  # the device is down: lost, as on a cable that leads nowhere
        patience = on_the_way[0][0] - now if on_the_way else None
        readable, _, _ = select.select([first, second, sys.stdin], [], [], patience)
        for source in readable:
            if source is sys.stdin:
                line = sys.stdin.readline()
                if not line:
                    return
                is_cut = line.strip() == "cut"
                if is_cut:
                    on_the_way.clear()
                continue
            try:
                packet = os.read(source, LARGEST_PACKET)
            except OSError:
                return  # its namespace is gone
            if not is_cut and chance.random() >= loss:
                target = second if source is first else first
                on_the_way.append((time.monotonic() + delay, target, packet))


main()
