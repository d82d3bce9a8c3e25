package dev.mailroom.examples.transactions;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.Session;

/** The transaction is Hibernate's, behind JPA: the outbox takes the session's connection. */
public final class WithHibernate implements OrderPlacer {

  private final EntityManagerFactory entities;
  private final JdbcOutbox outbox = JdbcOutbox.create();

  /** In the database of {@code entities}, which know {@link Purchase}. */
  public WithHibernate(EntityManagerFactory entities) {
    this.entities = entities;
  }

  @Override
  public void place(String order, int cents) {
    entities.runInTransaction(
        manager -> {
          manager.persist(new Purchase(order, cents));
          publish(
              manager,
              Message.to("orders")
                  .type("OrderPlaced")
                  .key(order)
                  .payload(OrderPlacer.json(order, cents))
                  .build());
        });
  }

  /** Works wherever there is an entity manager in a transaction, as in Spring's or Jakarta's. */
  private void publish(EntityManager manager, Message message) {
    manager.unwrap(Session.class).doWork(connection -> outbox.publish(connection, message));
  }
}
