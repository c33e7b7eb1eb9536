/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "internal.h"
#include "util/thread.h"

/* A connection's questions that were asked ahead, and the thread that reads their answers, one after the other. The list, and
 * what the thread tells of it, are under the lock; the connection is the thread's while it works. It ends when nothing is open,
 * and the next question starts another one. */
struct db_ahead {
	struct db *db;
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	bool works, has_thread; /* has_thread: it is to be joined, be its work done or not */
	struct db_question *first;
};

static _Thread_local bool is_ahead; /* in such a thread */

bool db_is_ahead(void)
{
	return is_ahead;
}

void db_question_free(struct db_question *q)
{
	db_rows_free(&q->rows);
	free(q->keys.v);
	arena_free(&q->texts);
	free(q);
}

static void answer_question(struct db *db, struct db_question *q)
{
	q->rc = q->key ? db_read_set(db, q->sql, &q->keys, q->shape, q->key, &q->rows, &q->err) :
			 db_read(db, q->sql, q->params, q->shape, &q->rows, &q->err);
}

static struct db_question *next_open(struct db_ahead *a)
{
	struct db_question *q = a->first;

	while (q && q->ended)
		q = q->next;
	return q;
}

/* Who reads one of them asks it then, and hears what is wrong. */
static void drop_open(struct db_ahead *a)
{
	struct db_question *q;

	for (struct db_question **at = &a->first; (q = *at);) {
		if (q->ended) {
			at = &q->next;
			continue;
		}
		*at = q->next;
		db_question_free(q);
	}
}

static void *answer_all(void *arg)
{
	struct db_ahead *a = arg;
	struct db_question *q;

	is_ahead = true;
	pthread_mutex_lock(&a->lock);
	while ((q = next_open(a))) {
		pthread_mutex_unlock(&a->lock);
		answer_question(a->db, q);
		pthread_mutex_lock(&a->lock);
		q->ended = true;
		if (q->rc != 0)
			drop_open(a);
		pthread_cond_signal(&a->news);
	}
	a->works = false;
	pthread_cond_signal(&a->news);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void join_thread(struct db_ahead *a)
{
	if (a->has_thread)
		pthread_join(a->thread, NULL);
	a->has_thread = false;
}

static void start_answering(struct db_ahead *a)
{
	join_thread(a);
	a->works = true;
	a->has_thread = thread_begin(&a->thread, false, answer_all, a) == 0;
	if (a->has_thread)
		return;
	a->works = false;
	drop_open(a);
}

static struct db_ahead *ahead_of(struct db *db)
{
	if (!db->ahead) {
		db->ahead = xcalloc(1, sizeof *db->ahead);
		db->ahead->db = db;
		pthread_mutex_init(&db->ahead->lock, NULL);
		pthread_cond_init(&db->ahead->news, NULL);
	}
	return db->ahead;
}

void db_question_ask(struct db *db, struct db_question *question)
{
	struct db_ahead *a = ahead_of(db);
	struct db_question **end;
	bool works;

	pthread_mutex_lock(&a->lock);
	for (end = &a->first; *end; end = &(*end)->next)
		;
	*end = question;
	works = a->works;
	pthread_mutex_unlock(&a->lock);
	if (!works)
		start_answering(a);
}

/* Out of the list once it has ended; NULL: there is none. */
static struct db_question *take_question(struct db_ahead *a, const struct db_question *like)
{
	struct db_question **at = &a->first, *q;

	while ((q = *at) && !db_question_is(q, like))
		at = &q->next;
	if (q && q->ended)
		*at = q->next;
	return q;
}

struct db_question *db_question_wait(struct db *db, const struct db_question *like)
{
	struct db_ahead *a = db->ahead;
	struct db_question *q;

	if (!a || is_ahead)
		return NULL;
	pthread_mutex_lock(&a->lock);
	while ((q = take_question(a, like)) && !q->ended)
		pthread_cond_wait(&a->news, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return q;
}

void db_wait_ahead(struct db *db)
{
	struct db_ahead *a = db->ahead;

	if (!a || is_ahead)
		return;
	pthread_mutex_lock(&a->lock);
	while (a->works)
		pthread_cond_wait(&a->news, &a->lock);
	pthread_mutex_unlock(&a->lock);
	join_thread(a);
}

void db_forget_ahead(struct db *db)
{
	struct db_question *q;

	if (!db->ahead)
		return;
	db_wait_ahead(db);
	while ((q = db->ahead->first)) {
		db->ahead->first = q->next;
		db_question_free(q);
	}
}

void db_end_ahead(struct db *db)
{
	struct db_ahead *a = db->ahead;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	if (a->works)
		deadline_cut(&db->watch);
	pthread_mutex_unlock(&a->lock);
	db_forget_ahead(db);
	pthread_cond_destroy(&a->news);
	pthread_mutex_destroy(&a->lock);
	free(a);
	db->ahead = NULL;
}
