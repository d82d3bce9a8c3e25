-- The least that each role needs. The roles must be there, and a login may have several.
GRANT INSERT ON ${at}${prefix}outbox_message TO ${writer};
GRANT INSERT ON ${at}${prefix}outbox_parked TO ${writer};
-- Only for those who publish with a key lock.
GRANT SELECT, UPDATE ON ${at}${prefix}outbox_lock TO ${writer};

GRANT SELECT, DELETE ON ${at}${prefix}outbox_message TO ${relay};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${at}${prefix}outbox_parked TO ${relay};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${at}${prefix}outbox_relay TO ${relay};
GRANT SELECT, UPDATE ON ${at}${prefix}outbox_partition TO ${relay};
GRANT SELECT, UPDATE ON ${at}${prefix}outbox_lock TO ${relay};
GRANT SELECT, INSERT ON ${at}${prefix}outbox_destination TO ${relay};

GRANT SELECT, UPDATE ON ${at}${prefix}outbox_parked TO ${operator};
GRANT SELECT, INSERT, UPDATE ON ${at}${prefix}outbox_destination TO ${operator};
GRANT SELECT, INSERT, UPDATE ON ${at}${prefix}outbox_operation TO ${operator};
