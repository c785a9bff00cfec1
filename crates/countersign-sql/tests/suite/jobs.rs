//! Jobs that one server at a time does.

use countersign::clock::Span;
use countersign_sql::{Database, Job, Worker};
use futures_util::future::join_all;

use super::NOW;
use crate::Place;

#[tokio::test]
async fn of_many_workers_one_takes_a_job_up_and_no_sooner_than_it_is_due() {
    let place = Place::migrated().await;
    let servers = join_all((0..3).map(|_| place.connect())).await;
    assert!(servers[0].has_jobs());
    for round in 0..3 {
        let now = NOW + Span::from_mins(60 * round);
        let takers = (0..30).map(|number| {
            let server = &servers[number % servers.len()];
            async move { server.take_up(&job(), &worker(number), now).await.unwrap() }
        });
        let took: Vec<_> = join_all(takers).await;
        assert_eq!(took.iter().filter(|took| **took).count(), 1, "round {round}: {took:?}");
        let winner = worker(took.iter().position(|took| *took).unwrap());
        servers[0].put_down(&job(), &winner, now).await.unwrap();
        let before = now + Span::from_mins(60) - Span::from_micros(1);
        assert!(!servers[1].take_up(&job(), &winner, before).await.unwrap());
    }
}

#[tokio::test]
async fn a_worker_that_is_gone_is_not_waited_for_for_ever() {
    let (_place, database) = ready().await;
    let [gone, next] = [worker(1), worker(2)];
    assert!(database.take_up(&job(), &gone, NOW).await.unwrap());
    let signs = [NOW + Span::from_secs(40), NOW + Span::from_secs(80)];
    for at in signs {
        assert!(!database.take_up(&job(), &next, at).await.unwrap());
        assert!(database.keep_up(&job(), &gone, at).await.unwrap());
    }
    let late = signs[1] + job().patience;
    assert!(!database.take_up(&job(), &next, late - Span::from_micros(1)).await.unwrap());
    assert!(database.take_up(&job(), &next, late).await.unwrap());

    // Whoever comes back learns that it is not theirs any more, and cannot end it.
    assert!(!database.keep_up(&job(), &gone, late).await.unwrap());
    database.put_down(&job(), &gone, late).await.unwrap();
    assert!(database.keep_up(&job(), &next, late).await.unwrap());
}

#[tokio::test]
async fn jobs_are_not_in_each_others_way() {
    let (_place, database) = ready().await;
    let other = Job { name: "another", ..job() };
    assert!(database.take_up(&job(), &worker(1), NOW).await.unwrap());
    assert!(database.take_up(&other, &worker(1), NOW).await.unwrap());
    database.put_down(&other, &worker(1), NOW).await.unwrap();
    assert!(database.keep_up(&job(), &worker(1), NOW).await.unwrap());
}

#[tokio::test]
async fn a_database_without_the_table_says_so() {
    let place = Place::migrated().await;
    place.run("DROP TABLE countersign_job").await;
    let database = place.connect().await;
    assert!(!database.has_jobs());
    let error = database.take_up(&job(), &worker(1), NOW).await.unwrap_err();
    assert!(super::told(&error).contains("countersign_job"), "{}", super::told(&error));
}

async fn ready() -> (Place, Database) {
    let place = Place::migrated().await;
    let database = place.connect().await;
    (place, database)
}

fn job() -> Job {
    Job { name: "sweep", every: Span::from_mins(60), patience: Span::from_mins(1) }
}

fn worker(number: usize) -> Worker {
    Worker(format!("worker-{number}"))
}
