package dev.mailroom.tests.town;

import dev.mailroom.testkit.MariaDbServer;

/** MariaDB from Maven artifacts. */
final class MariaDbDatabase extends InnoDbDatabase {

  /** Error 1094: it has ended by itself meanwhile. */
  private static final String CUT =
      """
      BEGIN NOT ATOMIC
        DECLARE ended INT DEFAULT 0;
        DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
        FOR other IN (SELECT id FROM information_schema.PROCESSLIST
                      WHERE db = DATABASE() AND id <> CONNECTION_ID() AND RAND() < 0.5)
        DO
          KILL other.id;
          SET ended = ended + 1;
        END FOR;
        SELECT ended;
      END
      """;

  private static final String UNPURGED =
      """
      SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
      WHERE VARIABLE_NAME = 'INNODB_HISTORY_LIST_LENGTH'
      """;

  MariaDbDatabase() {
    super(MariaDbServer.start(COUNTS_TRANSACTIONS));
  }

  @Override
  public String cutHalfOfTheConnections() {
    return CUT;
  }

  @Override
  String unpurged() {
    return UNPURGED;
  }
}
