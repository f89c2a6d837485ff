"""A small window to drag files from: the paths are its arguments. Says "ready" once it
shows, "dragging" once a drag began, and "done" once it ended."""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

uris = [Path(path).as_uri() for path in sys.argv[1:]]

source = Gtk.EventBox()
source.add(Gtk.Label(label="drag me"))
source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
source.drag_source_add_uri_targets()
source.connect("drag-data-get", lambda _source, _context, data, _info, _time: data.set_uris(uris))

source.connect("drag-begin", lambda *_: print("dragging", flush=True))
source.connect("drag-end", lambda *_: print("done", flush=True))

window = Gtk.Window(title="drag source", default_width=90, default_height=60, decorated=False)
window.add(source)
window.connect("destroy", Gtk.main_quit)
window.show_all()
# Beside the other window, not over it: the corner of the display is left free for it.
window.move(1262, 10)


def tell_when_placed():
    placed = window.get_window().get_origin()[1:] == (1262, 10)
    if placed:
        print("ready", flush=True)
    return not placed


GLib.timeout_add(100, tell_when_placed)
Gtk.main()
