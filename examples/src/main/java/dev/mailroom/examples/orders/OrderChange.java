package dev.mailroom.examples.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.UUID;

/** What happened to an order: the payload of the shop's messages. */
public record OrderChange(UUID changeId, long orderId, int version, String kind, int quantity) {

  /** The topic that everybody may listen to. */
  public static final String ORDERS = "orders";

  /** The FIFO queue where the changes of an order stay in order. */
  public static final String SHIPPING = "shipping";

  /** The queue in which the order desk hears what became of a change. */
  public static final String UPDATES = "order-updates";

  private static final ObjectMapper JSON = new ObjectMapper();

  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  public static OrderChange fromJson(String json) throws JsonProcessingException {
    return JSON.readValue(json, OrderChange.class);
  }
}
