"""What we say: messages, the spoken form and rendering. Pure: no database, no network, no clock."""
