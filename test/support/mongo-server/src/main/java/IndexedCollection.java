import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.bson.Document;

/**
 * Looks at the documents that an index names. The library's own goes through all documents, unless a query is of nothing
 * but the fields of a unique index: even a write of one document under its version would.
 */
final class IndexedCollection extends MemoryCollection {

    IndexedCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
        super(database, name, options, cursors);
    }

    @Override
    protected QueryResult queryDocuments(
            Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
        Iterable<Integer> positions = positionsFor(query);
        return positions == null
            ? super.queryDocuments(query, orderBy, skip, limit, batchSize, fields)
            : matchDocuments(query, positions, orderBy, skip, limit, batchSize, fields);
    }

    /** Null where no index serves the query. */
    private Iterable<Integer> positionsFor(Document query) {
        SortedIndex best = null;
        for (Index<Integer> index : getIndexes()) {
            Document asked = new Document();
            for (var key : index.getKeys()) {
                if (query.containsKey(key.getKey())) {
                    asked.put(key.getKey(), query.get(key.getKey()));
                }
            }
            if (index.canHandle(asked)) {
                return index.getPositions(asked);
            }
            if (index instanceof SortedIndex sorted && sorted.use(query) > (best == null ? 0 : best.use(query))) {
                best = sorted;
            }
        }
        return best == null ? null : best.getPositions(query);
    }

    /** Nobody asks how large it is, and to add it up takes as long as the rest of a write. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }
}
