package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore.RowId;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jooq.tools.json.JSONArray;
import org.jspecify.annotations.Nullable;

/** Rows of values as one parameter, for {@code JSON_TABLE} to take apart again. */
final class JsonRows {

  private JsonRows() {}

  /** Each item as an array of its columns: texts, numbers and nulls. */
  static <T> String of(List<T> items, Function<T, List<@Nullable Object>> columns) {
    StringWriter json = new StringWriter();
    try {
      JSONArray.writeJSONString(items.stream().map(columns).toList(), json);
    } catch (IOException e) {
      throw new MailroomException("Values could not be written as JSON", e);
    }
    return json.toString();
  }

  static String ofIds(List<RowId> ids) {
    return of(ids, JsonRows::id);
  }

  /** What JSON_TABLE takes as destination, partition_no, seq and message_id. */
  static List<@Nullable Object> id(RowId id) {
    List<@Nullable Object> columns = new ArrayList<>();
    columns.add(id.lane().destination());
    columns.add(id.lane().partition());
    columns.add(id.seq());
    columns.add(id.messageId().toString());
    return columns;
  }
}
