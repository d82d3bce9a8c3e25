package dev.mailroom.tests.town;

import dev.mailroom.testkit.MySqlServer;
import java.util.ArrayList;
import java.util.List;

/** A MySQL whose program the machine's owner has named. */
final class MySqlDatabase extends InnoDbDatabase {

  /** A statement alone cannot end whom it finds. Error 1094: it has ended by itself meanwhile. */
  private static final String CUT =
      """
      CREATE PROCEDURE cut()
      BEGIN
        DECLARE ended INT DEFAULT 0;
        DECLARE other BIGINT;
        DECLARE done BOOLEAN DEFAULT FALSE;
        DECLARE others CURSOR FOR
          SELECT id FROM performance_schema.processlist
          WHERE db = DATABASE() AND id <> CONNECTION_ID() AND RAND() < 0.5;
        DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
        DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
        OPEN others;
        FETCH others INTO other;
        WHILE NOT done DO
          KILL other;
          SET ended = ended + 1;
          FETCH others INTO other;
        END WHILE;
        CLOSE others;
        SELECT ended;
      END
      """;

  private static final String UNPURGED =
      """
      SELECT count FROM information_schema.INNODB_METRICS WHERE name = 'trx_rseg_history_len'
      """;

  MySqlDatabase() {
    // The counter of a table is remembered for a day by default.
    super(MySqlServer.start(COUNTS_TRANSACTIONS, "--information-schema-stats-expiry=0"));
  }

  @Override
  public List<String> auditTables() {
    List<String> ddl = new ArrayList<>(super.auditTables());
    ddl.add(CUT);
    return ddl;
  }

  @Override
  public String cutHalfOfTheConnections() {
    return "CALL cut()";
  }

  @Override
  String unpurged() {
    return UNPURGED;
  }
}
