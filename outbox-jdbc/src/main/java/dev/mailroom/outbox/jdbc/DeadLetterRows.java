package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.position;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectDistinct;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.unquotedName;

import dev.mailroom.outbox.jdbc.DeadLetters.Cursor;
import dev.mailroom.outbox.jdbc.DeadLetters.DeadLetter;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.outbox.jdbc.DeadLetters.Outlook;
import dev.mailroom.outbox.jdbc.Operators.Act;
import dev.mailroom.outbox.jdbc.Operators.Session;
import dev.mailroom.relay.OutboxStore.Mark;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The statements of {@link DeadLetters}, whose conditions depend on a filter. */
final class DeadLetterRows {

  /** So many rows a transaction, so that none holds its locks for long. */
  private static final int CHUNK = 500;

  private static final Field<String> DESTINATION = field(unquotedName("destination"), String.class);
  private static final Field<Integer> PARTITION =
      field(unquotedName("partition_no"), Integer.class);
  private static final Field<Long> SEQ = field(unquotedName("seq"), Long.class);
  private static final Field<UUID> ID = field(unquotedName("message_id"), UUID.class);
  private static final Field<String> KEY = field(unquotedName("message_key"), String.class);
  private static final Field<String> TYPE = field(unquotedName("message_type"), String.class);
  private static final Field<Instant> CREATED_AT = UtcTimes.column("created_at");
  private static final Field<Instant> PARKED_AT = UtcTimes.column("parked_at");
  private static final Field<Instant> DELIVER_AT = UtcTimes.column("deliver_at");
  private static final Field<Instant> ACT_AT = UtcTimes.column("act_at");
  private static final Field<String> STATE = field(unquotedName("state"), String.class);
  private static final Field<Integer> ATTEMPTS = field(unquotedName("attempts"), Integer.class);
  private static final Field<String> ERROR = field(unquotedName("last_error"), String.class);
  private static final Field<String> MARK = field(unquotedName("mark"), String.class);

  /** Inlined, so that the planner sees that the index of the dead is enough. */
  private static final Condition DEAD = STATE.eq(DSL.inline("DEAD"));

  private final Transactions transactions;

  DeadLetterRows(Transactions transactions) {
    this.transactions = transactions;
  }

  List<DeadLetter> list(Filter filter, @Nullable Cursor after, int limit) {
    return Operators.inTransaction(
        transactions,
        session ->
            session
                .sql()
                .select(
                    DESTINATION,
                    PARTITION,
                    SEQ,
                    ID,
                    KEY,
                    TYPE,
                    CREATED_AT,
                    PARKED_AT,
                    ATTEMPTS,
                    ERROR,
                    MARK)
                .from(session.parked())
                .where(DEAD.and(matches(filter)).and(behind(after)))
                .orderBy(DESTINATION, PARTITION, SEQ, ID)
                .limit(limit)
                .fetch(DeadLetterRows::letter));
  }

  long count(Filter filter, int bound) {
    return Operators.inTransaction(
        transactions,
        session ->
            (long)
                session
                    .sql()
                    .fetchCount(
                        selectOne()
                            .from(session.parked())
                            .where(DEAD.and(matches(filter)))
                            .limit(bound)));
  }

  Outlook outlook(Filter filter, double perSecond) {
    Condition chosen = DEAD.and(MARK.isNull()).and(matches(filter));
    return Operators.inTransaction(
        transactions,
        session -> {
          long messages = session.sql().fetchCount(session.parked(), chosen);
          long keys =
              session
                  .sql()
                  .fetchCount(
                      selectDistinct(DESTINATION, KEY)
                          .from(session.parked())
                          .where(chosen.and(KEY.isNotNull())));
          long waiting =
              session
                  .sql()
                  .fetchCount(
                      selectOne()
                          .from(session.parked())
                          .where(STATE.eq("BLOCKED"))
                          .and(DELIVER_AT.isNull())
                          .and(
                              row(DESTINATION, PARTITION, KEY)
                                  .in(
                                      select(DESTINATION, PARTITION, KEY)
                                          .from(session.parked())
                                          .where(chosen)
                                          .and(DELIVER_AT.isNull()))));
          return new Outlook(messages, keys, waiting, after(messages, perSecond));
        });
  }

  /** Marks chunk by chunk; each one is recorded with its rows. */
  long mark(Filter filter, Mark mark, String by, double perSecond) {
    Act act = new Act(mark.name(), by, selection(filter, perSecond));
    Marking marking = begin(act, new Marking(filter, mark, perSecond));
    while (marking.last() != null) {
      marking = goOn(marking);
    }
    return marking.marked();
  }

  private static String selection(Filter filter, double perSecond) {
    return Double.isInfinite(perSecond) ? filter.toString() : filter + " at " + perSecond + "/s";
  }

  /**
   * An act on its way.
   *
   * @param last the last row of the last chunk; none before the first and after the last
   */
  private record Marking(
      Filter filter,
      Mark mark,
      double perSecond,
      long operation,
      Instant start,
      long marked,
      @Nullable Cursor last) {

    Marking(Filter filter, Mark mark, double perSecond) {
      this(filter, mark, perSecond, 0, Instant.MIN, 0, null);
    }

    Marking begun(long id, Instant at) {
      return new Marking(filter, mark, perSecond, id, at, marked, last);
    }

    Marking with(List<Cursor> chunk) {
      Cursor next = chunk.size() < CHUNK ? null : chunk.get(chunk.size() - 1);
      return new Marking(filter, mark, perSecond, operation, start, marked + chunk.size(), next);
    }

    Instant dueAt(int position) {
      return start.plus(after(marked + position, perSecond));
    }
  }

  private Marking begin(Act act, Marking marking) {
    return Operators.inTransaction(
        transactions,
        session -> {
          Instant now = session.sql().select(UtcTimes.now(session.sql())).fetchSingle().value1();
          long id = Operators.record(session, act, 0);
          return markChunk(session, marking.begun(id, now));
        });
  }

  private Marking goOn(Marking marking) {
    return Operators.inTransaction(transactions, session -> markChunk(session, marking));
  }

  private static Marking markChunk(Session session, Marking marking) throws SQLException {
    List<Cursor> chunk =
        session
            .sql()
            .select(DESTINATION, PARTITION, SEQ, ID)
            .from(session.parked())
            .where(DEAD.and(MARK.isNull()).and(matches(marking.filter())))
            .and(behind(marking.last()))
            .orderBy(DESTINATION, PARTITION, SEQ, ID)
            .limit(CHUNK)
            .forUpdate()
            .fetch(DeadLetterRows::cursor);
    List<Query> updates = new ArrayList<>();
    for (int i = 0; i < chunk.size(); i++) {
      updates.add(
          session
              .sql()
              .update(session.parked())
              .set(MARK, marking.mark().name())
              .set(ACT_AT, marking.dueAt(i))
              .where(is(chunk.get(i))));
    }
    session.sql().batch(updates).execute();
    Operators.add(session, marking.operation(), chunk.size());
    return marking.with(chunk);
  }

  /** How long so many messages take at a pace. */
  private static Duration after(long messages, double perSecond) {
    return Duration.of((long) (messages / perSecond * 1_000_000), ChronoUnit.MICROS);
  }

  private static Condition is(Cursor row) {
    return DESTINATION
        .eq(row.destination())
        .and(PARTITION.eq(row.partition()))
        .and(SEQ.eq(row.seq()))
        .and(ID.eq(row.messageId()));
  }

  /** Spelled out: not every database looks up an index by a comparison of rows. */
  private static Condition behind(@Nullable Cursor place) {
    if (place == null) {
      return noCondition();
    }
    Condition inSeq = SEQ.eq(place.seq()).and(ID.gt(place.messageId()));
    Condition inPartition = PARTITION.eq(place.partition()).and(SEQ.gt(place.seq()).or(inSeq));
    Condition inDestination =
        DESTINATION.eq(place.destination()).and(PARTITION.gt(place.partition()).or(inPartition));
    return DESTINATION
        .ge(place.destination())
        .and(DESTINATION.gt(place.destination()).or(inDestination));
  }

  private static Condition matches(Filter filter) {
    List<Condition> conditions = new ArrayList<>();
    filter.destination().map(DESTINATION::eq).ifPresent(conditions::add);
    filter.key().map(KEY::eq).ifPresent(conditions::add);
    filter.type().map(TYPE::eq).ifPresent(conditions::add);
    filter.error().map(part -> position(ERROR, part).gt(0)).ifPresent(conditions::add);
    filter.parkedFrom().map(PARKED_AT::ge).ifPresent(conditions::add);
    filter.parkedBefore().map(PARKED_AT::lt).ifPresent(conditions::add);
    if (!filter.ids().isEmpty()) {
      conditions.add(ID.in(filter.ids()));
    }
    return DSL.and(conditions);
  }

  private static Cursor cursor(Record row) {
    return new Cursor(row.get(DESTINATION), row.get(PARTITION), row.get(SEQ), row.get(ID));
  }

  private static DeadLetter letter(Record row) {
    return new DeadLetter(
        cursor(row),
        Optional.ofNullable(row.get(KEY)),
        row.get(TYPE),
        row.get(CREATED_AT),
        row.get(PARKED_AT),
        row.get(ATTEMPTS),
        Optional.ofNullable(row.get(ERROR)),
        Optional.ofNullable(row.get(MARK)).map(Mark::valueOf));
  }
}
