"""For gdb: prints each function of src/ that is called between two SIGUSR2 of the program, in the order of the first calls."""

import json
import re

import gdb

gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("handle SIGUSR2 stop print nopass")
gdb.execute("run", to_string=True)

places = set()
file = None
for line in gdb.execute("info functions safe_socket", to_string=True).split("\n"):
    heading = re.match(r"File (.*):$", line)
    declared = re.match(r"(\d+):\t", line)
    if heading:
        file = heading.group(1)
    elif declared and file and file.startswith("src/"):
        places.add((file, int(declared.group(1))))
for place in sorted(places):
    gdb.execute("break %s:%d" % place, to_string=True)

ended = []
gdb.events.stop.connect(lambda event: isinstance(event, gdb.SignalEvent) and ended.append(event))

seen = set()
while True:
    gdb.execute("continue", to_string=True)
    if ended or not gdb.selected_inferior().pid:
        break
    frame = gdb.selected_frame()
    where = frame.find_sal()
    step = {
        "file": where.symtab.filename,
        "line": where.line,
        "name": re.sub(r"<.*>", "", frame.name() or "?"),
    }
    if (step["file"], step["name"]) not in seen:
        seen.add((step["file"], step["name"]))
        print("STEP " + json.dumps(step), flush=True)
gdb.execute("kill")
