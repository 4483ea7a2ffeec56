package io.keyway.shell.yaml;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.ts.TrafficSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads {@code pools}: addresses for peers that ask for one. */
final class PoolReader {

  private static final List<String> KEYS =
      List.of("name", "range", "dns", "subnet", "reserve-time");

  private PoolReader() {}

  static Optional<Pool> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    if (!fields.has("range")) {
      value.problem("'range' is missing");
    }
    List<TrafficSelector> ranges = selectors(fields, "range", AddressPool::parseRange);
    List<TrafficSelector> subnets = selectors(fields, "subnet", AddressPool::parsePrefix);
    long reserve =
        fields.number("reserve-time", 0, 0xFFFF_FFFFL, AddressPool.DEFAULT_RESERVE.toSeconds());
    return name.map(
        n ->
            new Pool(
                new AddressPool(
                    n, ranges, fields.addresses("dns"), subnets, Duration.ofSeconds(reserve))));
  }

  static List<TrafficSelector> selectors(
      Fields fields, String key, Function<String, TrafficSelector> parser) {
    List<TrafficSelector> selectors = new ArrayList<>();
    for (Value item : fields.some(key)) {
      item.text()
          .ifPresent(
              text -> {
                try {
                  selectors.add(parser.apply(text));
                } catch (IllegalArgumentException e) {
                  item.problem(e.getMessage());
                }
              });
    }
    return selectors;
  }
}
