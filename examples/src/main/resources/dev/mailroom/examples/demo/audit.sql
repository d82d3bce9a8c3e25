-- What the databases say happened, whatever the code under test believes.
-- Each committed change must have four effects, each of them once.
WITH change AS (
  SELECT change_id, order_id, version, kind, made_at FROM orders.order_change
),
effect AS (
  SELECT 'invoice' AS what, change_id, written_at FROM billing.invoice_line
  UNION ALL SELECT 'shipment', change_id, written_at FROM shipping.shipment_step
  UNION ALL SELECT kind, change_id, written_at FROM orders.order_update
),
expected AS (
  SELECT what, change_id FROM change
  CROSS JOIN (VALUES ('invoice'), ('shipment'), ('InvoiceIssued'), ('ShipmentPlanned')) AS w(what)
),
counted AS (
  SELECT e.what, e.change_id, count(f.change_id) AS times
  FROM expected e LEFT JOIN effect f USING (what, change_id) GROUP BY e.what, e.change_id
),
-- The counters of analytics cannot name their changes, but their sums must be right.
tally AS (
  SELECT coalesce(total, 0) - coalesce(made, 0) AS surplus
  FROM analytics.change_counter
  FULL JOIN (SELECT kind, count(*) AS made FROM change GROUP BY kind) m USING (kind)
),
steps AS (
  SELECT version, lag(version) OVER (PARTITION BY order_id ORDER BY step) AS before
  FROM shipping.shipment_step
),
delay AS (
  SELECT extract(epoch FROM f.written_at - c.made_at) * 1000 AS ms
  FROM change c JOIN effect f USING (change_id) WHERE f.what IN ('invoice', 'shipment')
)
SELECT
  (SELECT count(*) FROM change) AS orders_committed,
  (SELECT 2 * count(*) FROM change) + (SELECT count(*) FROM billing.invoice_line)
    + (SELECT count(*) FROM shipping.shipment_step) AS messages,
  (SELECT count(*) FROM counted WHERE times = 0)
    + (SELECT coalesce(sum(-surplus), 0) FROM tally WHERE surplus < 0) AS lost,
  (SELECT count(*) FROM effect f WHERE NOT EXISTS
    (SELECT FROM expected e WHERE e.what = f.what AND e.change_id = f.change_id)) AS invented,
  (SELECT coalesce(sum(times - 1), 0) FROM counted WHERE times > 1)
    + (SELECT coalesce(sum(surplus), 0) FROM tally WHERE surplus > 0) AS double_effects,
  (SELECT count(*) FROM steps WHERE version <= before) AS order_violations,
  (SELECT extract(epoch FROM max(f.written_at) - min(c.made_at)) FROM change c
    JOIN effect f USING (change_id)) AS seconds,
  (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) FROM delay) AS p50_ms,
  (SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY ms) FROM delay) AS p99_ms
