"""More ways to say where: boxes, sides, cells, painted copies, the painting page

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BEFORE = "mask_source IN ('file', 'alpha', 'parent', 'none')"
AFTER = (
    "mask_source IN ('file', 'cutout', 'alpha', 'painted', 'box', 'cells', 'sides', 'page', "
    "'parent', 'none')"
)


def upgrade() -> None:
    # SQLite's own way to change a CHECK in place (lang_altertable.html, section 7): a rebuilt table
    # would lose its triggers and references.
    bind = op.get_bind()
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema=ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = 'tasks' AND instr(sql, :before) > 0"
        ),
        {"before": BEFORE, "after": AFTER},
    ).rowcount
    op.execute(f"PRAGMA schema_version={version + 1}")
    op.execute("PRAGMA writable_schema=OFF")
    if changed != 1:
        raise RuntimeError("the tasks table has no such CHECK")
