package io.keyway.ike.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.base.EngineCounters;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CounterNamesTest {
  private static IkeHeader header(int exchange, boolean response) {
    return IkeHeader.of(1, 2, exchange, true, response, 0);
  }

  @Test
  void namesAreThoseOfTheRfc() {
    assertThat(CounterNames.exchange(header(ExchangeType.IKE_AUTH, true), true))
        .isEqualTo("exchange-ike-auth-response-received");
    assertThat(CounterNames.exchange(header(ExchangeType.CREATE_CHILD_SA, false), false))
        .isEqualTo("exchange-create-child-sa-request-sent");
    assertThat(CounterNames.notification(NotifyType.TEMPORARY_FAILURE, true))
        .isEqualTo("notify-temporary-failure-received");
    assertThat(CounterNames.failure(NotifyType.TS_UNACCEPTABLE))
        .isEqualTo("failure-ts-unacceptable");
  }

  @Test
  void noNumberOnTheWireMakesACounterOfItsOwn() {
    EngineCounters counters = new EngineCounters();
    MessageObserver observer = new MessageObserver(counters, null);
    for (int type = 0; type < 0x10000; type++) {
      NotifyPayload notify = NotifyPayload.of(type);
      observer.count(header(type & 0xff, type % 2 == 0), List.of(notify), type % 3 == 0);
    }
    Set<String> names = new TreeSet<>(counters.snapshot().keySet());
    assertThat(names).hasSizeLessThan(300).contains("notify-other-error-sent");
    assertThat(names).noneMatch(name -> name.matches(".*[0-9]{3,}.*"));
    assertThat(counters.snapshot().get("notify-other-status-received")).isGreaterThan(10_000);
  }

  @Test
  void howManyNamesThereAreIsBounded() {
    EngineCounters counters = new EngineCounters();
    for (int i = 0; i < 5000; i++) {
      counters.count("name-" + i);
    }
    assertThat(counters.snapshot()).hasSizeLessThanOrEqualTo(1001).containsKey("name-0");
    assertThat(counters.snapshot().values().stream().mapToLong(Long::longValue).sum())
        .as("what has no name of its own is counted together")
        .isEqualTo(5000);
  }
}
