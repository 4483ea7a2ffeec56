package io.keyway.northbound.odl;

import com.google.common.util.concurrent.FluentFuture;
import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.rules.ConfigRules;
import io.keyway.northbound.rules.PlaneRules;
import io.keyway.northbound.rules.Problem;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.opendaylight.mdsal.common.api.DataValidationFailedException;
import org.opendaylight.mdsal.common.api.PostCanCommitStep;
import org.opendaylight.mdsal.dom.api.DOMDataTreeCandidate;
import org.opendaylight.mdsal.dom.api.DOMDataTreeCommitCohort;
import org.opendaylight.yangtools.util.concurrent.FluentFutures;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidateNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no transaction pass that would leave a reference dangling or an entry without sense, from
 * wherever it comes.
 *
 * <p>Only what a transaction touches is checked, and what may refer to it. It runs while the
 * datastore waits, so nothing here waits for anything else.
 */
public final class ConfigCohort implements DOMDataTreeCommitCohort {

  private static final Logger LOG = LoggerFactory.getLogger(ConfigCohort.class);

  private final PlaneRules planeRules;

  /**
   * @param planeRules what data planes that are there cannot carry
   */
  public ConfigCohort(PlaneRules planeRules) {
    this.planeRules = planeRules;
  }

  @Override
  public FluentFuture<PostCanCommitStep> canCommit(
      Object transaction,
      EffectiveModelContext model,
      Collection<DOMDataTreeCandidate> candidates) {
    try {
      for (DOMDataTreeCandidate candidate : candidates) {
        Optional<Problem> problem = check(candidate.getRootNode());
        if (problem.isPresent()) {
          return refuse(problem.get());
        }
      }
    } catch (RuntimeException e) {
      LOG.error("Cannot check transaction {}", transaction, e);
      return FluentFutures.immediateFailedFluentFuture(
          new DataValidationFailedException(
              YangInstanceIdentifier.class,
              ConfigPaths.IPSEC,
              "the check of the configuration failed; nothing was written. See the log",
              e));
    }
    return FluentFutures.immediateFluentFuture(PostCanCommitStep.NOOP);
  }

  /** The filter in front of RESTCONF knows refusals by this form, a path and a reason. */
  private static FluentFuture<PostCanCommitStep> refuse(Problem problem) {
    return FluentFutures.immediateFailedFluentFuture(
        new DataValidationFailedException(
            YangInstanceIdentifier.class,
            ConfigPaths.entry(problem.entry()),
            "/keyway-ipsec:ipsec/" + problem));
  }

  Optional<Problem> check(DataTreeCandidateNode ipsec) {
    DomConfigView view = new DomConfigView(CandidateEntries.after(ipsec));
    PlaneRules.Check planes =
        planeRules.on(new DomConfigView(CandidateEntries.before(ipsec)), view);
    Set<EntryRef> written = new HashSet<>();
    Set<EntryRef> deleted = new HashSet<>();
    for (Map.Entry<EntryRef, Optional<MapEntryNode>> touched :
        CandidateEntries.touched(ipsec).entrySet()) {
      EntryRef entry = touched.getKey();
      if (touched.getValue().isEmpty()) {
        deleted.add(entry);
        continue;
      }
      written.add(entry);
      Optional<Problem> problem = check(entry, touched.getValue().get(), view, planes);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return ConfigRules.checkReferrers(written, deleted, view).stream().findFirst();
  }

  private static Optional<Problem> check(
      EntryRef entry, MapEntryNode node, DomConfigView view, PlaneRules.Check planes) {
    try {
      IntentObject value = EntryMapper.read(entry.kind(), Trees.of(node));
      return ConfigRules.checkWritten(value, view).or(() -> planes.of(value));
    } catch (InvalidEntryException e) {
      return Optional.of(new Problem(entry, e.node(), e.getMessage()));
    }
  }
}
