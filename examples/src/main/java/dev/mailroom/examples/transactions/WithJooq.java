package dev.mailroom.examples.transactions;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import org.jooq.DSLContext;

/** The transaction is jOOQ's: the outbox takes what jOOQ gave to the lambda. */
public final class WithJooq implements OrderPlacer {

  private final DSLContext dsl;
  private final JdbcOutbox outbox = JdbcOutbox.create();

  /** In the database of {@code dsl}, which has a table {@code purchase}. */
  public WithJooq(DSLContext dsl) {
    this.dsl = dsl;
  }

  @Override
  public void place(String order, int cents) {
    dsl.transaction(
        transaction -> {
          transaction
              .dsl()
              .insertInto(table("purchase"), field("id"), field("cents"))
              .values(order, cents)
              .execute();
          outbox
              .on(transaction)
              .publish(
                  Message.to("orders")
                      .type("OrderPlaced")
                      .key(order)
                      .payload(OrderPlacer.json(order, cents))
                      .build());
        });
  }
}
