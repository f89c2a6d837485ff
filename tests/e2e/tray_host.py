"""Plays the desktop's tray and notification service, and reports what it is given.

Speaks lines of JSON: a request on standard input, its reply on standard output.
  {"do": "item"}                    the item: title, status, tooltip, icon, menu; null without one
  {"do": "click", "label": "Quit"}  clicks an entry of the menu, or of a submenu
  {"do": "activate"}                clicks the icon
  {"do": "notified"}                what was notified so far
  {"do": "picture", "path": "…"}    a PNG, described as an icon of the item is
"""

import hashlib
import json
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib  # noqa: E402

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"
NOTIFICATIONS = "org.freedesktop.Notifications"


class Watcher(dbus.service.Object):
    """Where items of the tray register."""

    def __init__(self, bus):
        name = dbus.service.BusName(WATCHER, bus, do_not_queue=True)
        super().__init__(name, "/StatusNotifierWatcher")
        self.items = []

    @dbus.service.method(WATCHER, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, service, sender=None):
        self.items.append(service if not service.startswith("/") else sender)

    @dbus.service.method(WATCHER, in_signature="s")
    def RegisterStatusNotifierHost(self, service):
        pass

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.GetAll(interface)[name]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _interface):
        return {
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": dbus.Int32(0),
            "RegisteredStatusNotifierItems": dbus.Array(self.items, signature="s"),
        }


class Notifications(dbus.service.Object):
    """Keeps what it is asked to show."""

    def __init__(self, bus):
        name = dbus.service.BusName(NOTIFICATIONS, bus, do_not_queue=True)
        super().__init__(name, "/org/freedesktop/Notifications")
        self.shown = []

    @dbus.service.method(NOTIFICATIONS, out_signature="as")
    def GetCapabilities(self):
        return ["body"]

    @dbus.service.method(NOTIFICATIONS, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, _replaces, icon, summary, body, _actions, _hints, _timeout):
        self.shown.append({"app": app, "icon": icon, "summary": summary, "body": body})
        return len(self.shown)


class Host:
    """Looks at the last item that registered, as a panel would."""

    def __init__(self, bus):
        self.bus = bus
        self.watcher = Watcher(bus)
        self.notifications = Notifications(bus)

    def answer(self, request):
        return getattr(self, request.pop("do"))(**request)

    def item(self):
        service = self.live_item()
        try:
            return service and self.describe(service)
        except dbus.exceptions.DBusException:
            if self.bus.name_has_owner(service):
                raise
            return None  # it went while it was looked at

    def describe(self, service):
        item = self.interface(service, "/StatusNotifierItem", PROPERTIES).GetAll(ITEM)
        _icon, tooltip_icons, tooltip_title, tooltip_text = item["ToolTip"]
        return {
            "id": str(item["Id"]),
            "title": str(item["Title"]),
            "status": str(item["Status"]),
            "tooltip": {"title": str(tooltip_title), "text": str(tooltip_text), "icons": len(tooltip_icons)},
            "icon": [describe_icon(*icon) for icon in item["IconPixmap"]],
            "menu": self.entries(service, str(item["Menu"])),
        }

    def click(self, label):
        service = self.live_item()
        path = str(self.interface(service, "/StatusNotifierItem", PROPERTIES).Get(ITEM, "Menu"))
        entry = next(e for e in flatten(self.entries(service, path)) if e["label"] == label)
        if not entry["enabled"]:
            return False
        menu = self.interface(service, path, MENU)
        menu.Event(entry["id"], "clicked", dbus.String("", variant_level=1), dbus.UInt32(0))
        return True

    def activate(self):
        self.interface(self.live_item(), "/StatusNotifierItem", ITEM).Activate(0, 0)
        return True

    def notified(self):
        return self.notifications.shown

    def picture(self, path):
        picture = GdkPixbuf.Pixbuf.new_from_file(path)
        pixels = bytearray(picture.get_pixels())
        for at in range(0, len(pixels), 4):  # alpha first, as trays have it
            pixels[at : at + 4] = pixels[at + 3 : at + 4] + pixels[at : at + 3]
        return describe_icon(picture.get_width(), picture.get_height(), pixels)

    def live_item(self):
        alive = [s for s in self.watcher.items if self.bus.name_has_owner(s)]
        return alive[-1] if alive else None

    def interface(self, service, path, name):
        return dbus.Interface(self.bus.get_object(service, path, introspect=False), name)

    def entries(self, service, path):
        menu = self.interface(service, path, MENU)
        _revision, (_id, _properties, children) = menu.GetLayout(0, -1, dbus.Array([], signature="s"))
        return [describe_entry(*child) for child in children]


def describe_icon(width, height, pixels):
    return {"width": int(width), "height": int(height), "hash": hashlib.sha256(bytes(pixels)).hexdigest()}


def describe_entry(number, properties, children):
    return {
        "id": int(number),
        "label": str(properties.get("label", "")).replace("__", "_"),
        "enabled": bool(properties.get("enabled", True)),
        "separator": str(properties.get("type", "")) == "separator",
        "children": [describe_entry(*child) for child in children],
    }


def flatten(entries):
    """All entries, those of submenus too, as far as a panel would let one come to them."""
    for entry in entries:
        yield entry
        if entry["enabled"]:
            yield from flatten(entry["children"])


def main():
    DBusGMainLoop(set_as_default=True)
    host = Host(dbus.SessionBus())
    loop = GLib.MainLoop()

    def on_input(source, _condition):
        line = source.readline()
        if not line:
            loop.quit()
            return False
        try:
            reply = {"reply": host.answer(json.loads(line))}
        except Exception as error:  # the test shall see whatever went wrong
            reply = {"error": repr(error)}
        print(json.dumps(reply), flush=True)
        return True

    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_input)
    print(json.dumps({"reply": "ready"}), flush=True)
    loop.run()


main()
