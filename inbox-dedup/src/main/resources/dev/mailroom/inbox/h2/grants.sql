-- The least that a consumer needs. The role must be there. To lock rows, cleaning needs the right to update one column, which it never does.
GRANT SELECT, INSERT, DELETE, UPDATE ON ${at}${prefix}inbox_message TO ${consumer};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${at}${prefix}inbox_dead_letter TO ${consumer};
