package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.testkit.OutboxStoreContract;
import dev.mailroom.testkit.StoreUnderTest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The simulated store keeps the contract of the real ones; so what it proves holds for them. */
class MemoryOutboxTest extends OutboxStoreContract {

  private final Outbox outbox = new Outbox();

  @Override
  protected StoreUnderTest outbox() {
    return outbox;
  }

  private static final class Outbox implements StoreUnderTest {

    private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    private long micros;
    private final MemoryLeases leases =
        new MemoryLeases(this::now, lease -> fail("lost under a lock: " + lease));
    private final MemoryOutbox memory = new MemoryOutbox(leases, this::now, () -> {});
    private final OutboxStore store = oneAtATime(OutboxStore.class, memory);

    private Instant now() {
      return BEGINNING.plusNanos(1_000 * ++micros);
    }

    /** The contract comes from several threads at once; the simulation never does. */
    private <T> T oneAtATime(Class<T> type, T target) {
      Object proxy =
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) -> {
                synchronized (this) {
                  try {
                    Object result = method.invoke(target, arguments);
                    return result instanceof LeaseStore view
                        ? oneAtATime(LeaseStore.class, view)
                        : result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                }
              });
      return type.cast(proxy);
    }

    @Override
    public OutboxStore store() {
      return store;
    }

    @Override
    public boolean tellsOpenWriters() {
      return true;
    }

    @Override
    public synchronized Writer begin() {
      return new MemoryWriter(memory.begin());
    }

    @Override
    public synchronized List<ParkedRow> parked() {
      List<ParkedRow> rows = new ArrayList<>();
      memory.parked.forEach(row -> rows.add(read(row)));
      rows.sort(Comparator.comparing(ParkedRow::id));
      return rows;
    }

    private static ParkedRow read(dev.mailroom.simulation.ParkedRow row) {
      return new ParkedRow(
          row.row.id(),
          row.state(),
          row.attempts(),
          Optional.of(row.error()).filter(error -> !error.isEmpty()),
          row.mark());
    }

    @Override
    public synchronized void mark(RowId id, Mark mark) {
      memory.mark(Objects.requireNonNull(memory.parked.get(id)), mark);
    }

    @Override
    public synchronized void pause(String destination, boolean paused) {
      memory.pause(destination, paused);
    }
  }

  private record MemoryWriter(WriterTransaction transaction) implements StoreUnderTest.Writer {

    @Override
    public void publish(List<Message> messages) {
      messages.forEach(message -> write(asStored(message), message.deliverAt()));
    }

    private void write(Message message, Optional<Instant> deliverAt) {
      int size = message.payload().length();
      if (deliverAt.isPresent()) {
        transaction.schedule(message, size, deliverAt.get());
      } else {
        transaction.insert(message, size);
      }
    }

    /** The time stands in a column of its own and is no part of what is read. */
    private static Message asStored(Message message) {
      return Message.to(message.destination())
          .id(message.id())
          .type(message.type())
          .key(message.key().orElse(null))
          .headers(message.headers())
          .payload(message.payload())
          .build();
    }

    @Override
    public void insert(StoreUnderTest.ForeignRow row) {
      try {
        write(decoded(row), row.deliverAt());
      } catch (MailroomException
          | JsonProcessingException
          | ClassCastException
          | NumberFormatException e) {
        insertUndecodable(row, e.toString());
      }
    }

    private void insertUndecodable(StoreUnderTest.ForeignRow row, String error) {
      if (row.deliverAt().isPresent()) {
        transaction.scheduleUndecodable(
            row.destination(), row.key(), row.messageId(), error, row.deliverAt().get());
      } else {
        transaction.insertUndecodable(row.destination(), row.key(), row.messageId(), error);
      }
    }

    private static Message decoded(StoreUnderTest.ForeignRow row) throws JsonProcessingException {
      Message.Builder message =
          Message.to(row.destination())
              .id(row.messageId())
              .type(row.type())
              .key(row.key().orElse(null))
              .payload(row.payload());
      JsonNode headers = new ObjectMapper().readTree(row.headers().orElse("{}"));
      ((ObjectNode) headers)
          .properties()
          .forEach(
              header ->
                  message.header(header.getKey(), new BigDecimal(header.getValue().asText())));
      return message.build();
    }

    @Override
    public void workElsewhere() {}

    @Override
    public void commit() {
      transaction.commit();
    }

    @Override
    public void rollback() {
      transaction.rollback();
    }
  }
}
