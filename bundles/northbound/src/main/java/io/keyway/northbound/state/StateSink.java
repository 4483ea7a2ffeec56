package io.keyway.northbound.state;

import java.util.Collection;
import java.util.concurrent.CompletionStage;

/** Where the state tree lies. */
public interface StateSink {

  /**
   * Writes changes in one transaction.
   *
   * @param clear throw away first what is there
   * @param version of the configuration
   */
  CompletionStage<Void> write(
      boolean clear, long version, Collection<Row> changed, Collection<Row> gone);
}
