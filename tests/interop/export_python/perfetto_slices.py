"""Reads a file with Perfetto's own schema and pairs its slices as the trace processor does; prints JSON."""

import json
import sys

from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TracePacket, TrackEvent

trace = Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())


def unknown_count(message):
    count = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        repeated = hasattr(value, "__len__") and not hasattr(value, "ListFields")
        count += sum(unknown_count(each) for each in (value if repeated else [value]))
    return count


names, keys, processes, threads, events = {}, {}, {}, {}, []
is_cleared = False
for packet in trace.packet:
    if packet.sequence_flags & TracePacket.SEQ_INCREMENTAL_STATE_CLEARED:
        names, keys, is_cleared = {}, {}, True
    for each in packet.interned_data.event_names:
        names[each.iid] = each.name
    for each in packet.interned_data.debug_annotation_names:
        keys[each.iid] = each.name
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        if track.HasField("process"):
            processes[track.uuid] = track.process.process_name
        else:
            assert track.parent_uuid in processes, "a thread without its process"
            threads[track.uuid] = track.thread.thread_name
    if packet.HasField("track_event"):
        event = packet.track_event
        assert event.track_uuid in threads, "an event before its track"
        if packet.sequence_flags & TracePacket.SEQ_NEEDS_INCREMENTAL_STATE:
            assert is_cleared
        notes = {
            keys[note.name_iid] if note.name_iid else note.name: note
            for note in event.debug_annotations
        }
        name = names[event.name_iid] if event.name_iid else event.name
        events.append((packet.timestamp, event.type, event.track_uuid, name, notes))

# What happens at one moment stays in the order of the file.
events.sort(key=lambda event: event[0])
open_slices, slices, instants, misplaced = {}, [], 0, 0
for at, kind, track, name, notes in events:
    stack = open_slices.setdefault(track, [])
    if kind == TrackEvent.TYPE_INSTANT:
        instants += 1
    elif kind == TrackEvent.TYPE_SLICE_BEGIN:
        parent = notes["parent_id"].string_value if "parent_id" in notes else None
        if stack and stack[-1]["id"] != parent:
            misplaced += 1
        stack.append({"id": notes["span_id"].string_value, "name": name, "start": at})
    else:
        ended = stack.pop()
        slices.append([ended["name"], ended["start"], at - ended["start"]])
unended = sum(len(stack) for stack in open_slices.values())
print(
    json.dumps(
        {
            "slices": slices,
            "unended": unended,
            "instants": instants,
            "misplaced": misplaced,
            "unknown": unknown_count(trace),
            "processes": sorted(processes.values()),
            "clocks": [clock.clock_id for clock in trace.packet[0].clock_snapshot.clocks],
        }
    )
)
