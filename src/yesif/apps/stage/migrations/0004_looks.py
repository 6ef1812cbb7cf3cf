"""Who of the care desk looked at the films of a reported session."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stage", "0003_presence")]

    operations = [migrations.AddField(model_name="carecase", name="looks", field=models.JSONField(default=list))]
