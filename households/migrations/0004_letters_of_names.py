"""On PostgreSQL, an index of the letters of names, so that a part of a name is found without reading all of them."""

from django.db import migrations

NAME = "households_person_letters"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {NAME} ON households_person USING gin (string_to_array(name, NULL))"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {NAME}")


class Migration(migrations.Migration):
    dependencies = [("households", "0003_life_events")]

    operations = [migrations.RunPython(add, drop)]
