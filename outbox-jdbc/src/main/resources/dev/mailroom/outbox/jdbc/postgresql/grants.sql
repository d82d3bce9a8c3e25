-- The least that each role needs. The roles must be there, and a login may have several.
GRANT INSERT ON ${at}${prefix}outbox_message, ${at}${prefix}outbox_parked TO ${writer};

GRANT SELECT, DELETE ON ${at}${prefix}outbox_message TO ${relay};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${at}${prefix}outbox_parked, ${at}${prefix}outbox_relay TO ${relay};
GRANT SELECT, UPDATE ON ${at}${prefix}outbox_partition TO ${relay};
GRANT SELECT, INSERT ON ${at}${prefix}outbox_destination TO ${relay};

GRANT SELECT, UPDATE ON ${at}${prefix}outbox_parked TO ${operator};
GRANT SELECT, INSERT, UPDATE ON ${at}${prefix}outbox_destination, ${at}${prefix}outbox_operation TO ${operator};
