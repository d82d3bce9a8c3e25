package dev.mailroom.relay.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP server that answers calls to SQS and SNS as each test says, for answers that no emulator
 * gives on demand.
 */
final class ScriptedAws implements AutoCloseable {

  /** What to answer; {@link #CUT} closes the connection, {@link #NEVER} keeps it open. */
  record Reply(int status, String body) {
    static final Reply CUT = new Reply(0, "");
    static final Reply NEVER = new Reply(-1, "");
  }

  private static final Pattern ACTION = Pattern.compile("(?:^|&)Action=([A-Za-z]+)");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<String, Function<String, Reply>> script = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  ScriptedAws() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
    reset();
  }

  /** Finds every queue and topic, and tells no limits. */
  void reset() {
    script.clear();
    calls.clear();
    on("GetQueueUrl", "{\"QueueUrl\":\"" + endpoint() + "/000000000000/orders\"}");
    on("GetQueueAttributes", "{\"Attributes\":{}}");
    on("GetTopicAttributes", xml("GetTopicAttributes", "<Attributes/>"));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void on(String action, Function<String, Reply> answer) {
    script.put(action, answer);
  }

  void on(String action, String body) {
    on(action, request -> new Reply(200, body));
  }

  /** How often {@code action} was called. */
  long calls(String action) {
    return calls.stream().filter(action::equals).count();
  }

  static Reply jsonError(int status, String code) {
    return new Reply(
        status, "{\"__type\":\"com.amazonaws.sqs#" + code + "\",\"message\":\"scripted\"}");
  }

  static Reply xmlError(int status, String code) {
    return new Reply(
        status,
        "<ErrorResponse><Error><Type>Sender</Type><Code>"
            + code
            + "</Code><Message>scripted</Message></Error><RequestId>r-1</RequestId></ErrorResponse>");
  }

  static String xml(String action, String result) {
    return "<%1$sResponse><%1$sResult>%2$s</%1$sResult></%1$sResponse>".formatted(action, result);
  }

  /** An answer to SendMessageBatch that accepts these ids. */
  static String accepted(String... ids) {
    return "{\"Successful\":[" + Optional.of(ids).map(ScriptedAws::successes).get() + "]}";
  }

  static String successes(String... ids) {
    return String.join(
        ",",
        List.of(ids).stream()
            .map(
                id ->
                    "{\"Id\":\"%s\",\"MessageId\":\"m\",\"MD5OfMessageBody\":\"0\"}".formatted(id))
            .toList());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String action = action(exchange, body);
    calls.add(action);
    Function<String, Reply> answer = script.get(action);
    if (answer == null) {
      throw new IllegalStateException("no answer to " + action);
    }
    String plain = exchange.getRequestHeaders().containsKey("X-Amz-Target") ? body : decoded(body);
    Reply reply = answer.apply(plain);
    if (reply.status() > 0) {
      byte[] bytes = reply.body().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
      exchange.sendResponseHeaders(reply.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    } else if (reply.status() < 0) {
      await();
    }
    exchange.close();
  }

  private void await() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String action(HttpExchange exchange, String body) {
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    if (target != null) {
      return target.substring(target.indexOf('.') + 1);
    }
    Matcher action = ACTION.matcher(body);
    return action.find() ? action.group(1) : "none";
  }

  private static String decoded(String body) {
    return URLDecoder.decode(body, UTF_8);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
