"""The database: tables, connections and schema changes. SQLite only."""
