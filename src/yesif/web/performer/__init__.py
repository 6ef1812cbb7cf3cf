"""Pages a performer opens: joining, calendar, sessions, answers, review, record, money, erasing."""
