"""Django's SQLite, with turns: the backend that `yesif.site.database` names."""
