package dev.mailroom.benchmarks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.sql.DataSource;

/** Times the statements on the connections of a data source, and can hold them up. Thread-safe. */
final class Paced {

  private final AtomicLong longestNanos = new AtomicLong();
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

  /** Statements begin while this is held by nobody else. */
  void pause() {
    gate.writeLock().lock();
  }

  void resume() {
    gate.writeLock().unlock();
  }

  double longestMillis() {
    return longestNanos.get() / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  DataSource of(DataSource dataSource) {
    return wrapped(DataSource.class, dataSource);
  }

  private <T> T wrapped(Class<T> type, Object real) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          boolean timed =
              method.getName().startsWith("execute") || method.getName().equals("commit");
          if (timed) {
            gate.readLock().lock();
          }
          long begun = System.nanoTime();
          try {
            return wrappedResult(method.invoke(real, arguments));
          } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
          } finally {
            if (timed) {
              longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
              gate.readLock().unlock();
            }
          }
        };
    return type.cast(
        Proxy.newProxyInstance(Paced.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Object wrappedResult(Object result) {
    if (result instanceof PreparedStatement) {
      return wrapped(PreparedStatement.class, result);
    }
    return result instanceof Connection ? wrapped(Connection.class, result) : result;
  }
}
