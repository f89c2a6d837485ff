"""Lets so many days pass for the plans and the trash of a library: what was done last lies further back.

The clock of the machine cannot be turned for a test; what the catalog knows of it can.
"""

import sqlite3
import sys
from pathlib import Path

MOMENTS = {
    "projects": ["trashed"],
    "plans": ["created"],
    "plan_progress": ["dealt_with"],
    "plan_targets": ["last_complete", "owed_since", "planned", "begun", "retry_after"],
}

library, days = sys.argv[1:]
with sqlite3.connect(Path(library) / "catalog.db", timeout=10) as connection:
    for table, columns in MOMENTS.items():
        for column in columns:
            earlier = f"strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-{int(days)} days')"
            connection.execute(f"UPDATE {table} SET {column} = {earlier} WHERE {column} IS NOT NULL")
