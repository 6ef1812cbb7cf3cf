"""What takes time: durable work across apps."""
