package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.currentOffsetDateTime;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.mailroom.outbox.jdbc.Destinations.Known;
import dev.mailroom.outbox.jdbc.Destinations.Pause;
import dev.mailroom.outbox.jdbc.Operators.Act;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;

/** The statements of {@link Destinations}. */
final class DestinationRows {

  private static final Table<Record> TABLE = table(name("outbox_destination"));
  private static final Field<String> NAME = field(name("destination"), String.class);
  private static final Field<OffsetDateTime> FIRST_SEEN =
      field(name("first_seen"), OffsetDateTime.class);
  private static final Field<String> PAUSED_BY = field(name("paused_by"), String.class);
  private static final Field<OffsetDateTime> PAUSED_AT =
      field(name("paused_at"), OffsetDateTime.class);
  private static final Field<String> PAUSED_REASON = field(name("paused_reason"), String.class);

  private final Transactions transactions;

  DestinationRows(Transactions transactions) {
    this.transactions = transactions;
  }

  List<Known> list() {
    return Operators.inTransaction(
        transactions,
        sql ->
            sql.select(NAME, FIRST_SEEN, PAUSED_BY, PAUSED_AT, PAUSED_REASON)
                .from(TABLE)
                .orderBy(NAME)
                .fetch(DestinationRows::known));
  }

  private static Known known(Record row) {
    Optional<Pause> pause =
        Optional.ofNullable(row.get(PAUSED_AT))
            .map(since -> new Pause(row.get(PAUSED_BY), since.toInstant(), row.get(PAUSED_REASON)));
    return new Known(row.get(NAME), row.get(FIRST_SEEN).toInstant(), pause);
  }

  boolean pause(String destination, String by, String reason) {
    return Operators.inTransaction(
        transactions,
        sql -> {
          sql.insertInto(TABLE, NAME).values(destination).onConflictDoNothing().execute();
          int paused =
              sql.update(TABLE)
                  .set(PAUSED_BY, by)
                  .set(PAUSED_AT, currentOffsetDateTime())
                  .set(PAUSED_REASON, reason)
                  .where(NAME.eq(destination).and(PAUSED_AT.isNull()))
                  .execute();
          return recorded(sql, paused, new Act("PAUSE", by, destination + ": " + reason));
        });
  }

  boolean resume(String destination, String by) {
    return Operators.inTransaction(
        transactions,
        sql -> {
          int resumed =
              sql.update(TABLE)
                  .setNull(PAUSED_BY)
                  .setNull(PAUSED_AT)
                  .setNull(PAUSED_REASON)
                  .where(NAME.eq(destination).and(PAUSED_AT.isNotNull()))
                  .execute();
          return recorded(sql, resumed, new Act("RESUME", by, destination));
        });
  }

  private static boolean recorded(DSLContext sql, int changed, Act act) {
    if (changed > 0) {
      Operators.record(sql, act, changed);
    }
    return changed > 0;
  }
}
