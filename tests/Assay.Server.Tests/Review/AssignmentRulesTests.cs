using Assay.Server.Review;

namespace Assay.Server.Tests.Review;

public sealed class AssignmentRulesTests
{
    private static readonly ReviewOptions Rules = new();

    /// <summary>A thousand random histories of files, links, assignments, votes, passes and expiries among a few people.</summary>
    [Fact]
    public void In_random_histories_nobody_gets_an_own_linked_or_seen_file_and_nobody_is_asked_in_vain()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var people = Enumerable.Range(0, random.Next(2, 8)).Select(number => $"a{number}").ToList();
            var links = new HashSet<(string, string)>();
            var seen = people.ToDictionary(person => person, _ => new HashSet<string>());
            var held = new Dictionary<string, ReviewCandidate>();
            var files = Enumerable.Range(0, random.Next(1, 12)).Select(number => new ReviewCandidate($"c{number:00}", people[random.Next(people.Count)], number)).ToDictionary(file => file.ContributionId);
            var rules = new ReviewOptions { VotesNeeded = random.Next(1, 4), GoldShare = 0 };
            for (var step = 0; step < 60; step++)
            {
                var person = people[random.Next(people.Count)];
                var action = random.Next(10);
                if (action == 0)
                {
                    var other = people[random.Next(people.Count)];
                    links.UnionWith([(person, other), (other, person)]);
                }
                else if (held.Remove(person, out var mine))
                {
                    var file = files[mine.ContributionId] with { Held = files[mine.ContributionId].Held - 1 };
                    if (action > 2)
                    {
                        // A link stated after the assignment does not reach back; a vote or a pass is remembered, an expiry is not.
                        seen[person].Add(file.ContributionId);
                        file = action == 3 ? file : random.Next(2) == 0 ? file with { Accepts = file.Accepts + 1 } : file with { Rejects = file.Rejects + 1 };
                    }

                    files[file.ContributionId] = file;
                    Assert.True(Math.Max(file.Accepts, file.Rejects) <= rules.VotesNeeded, $"seed {seed}: more votes than decide");
                }
                else
                {
                    var linked = links.Where(link => link.Item1 == person && link.Item2 != person).Select(link => link.Item2).ToHashSet();
                    var open = files.Values.Where(file => AssignmentRules.Decide(Votes(file), rules.VotesNeeded) is null).ToList();
                    var drawn = AssignmentRules.Draw(random.NextInt64(), new ReviewerFacts(person, linked, seen[person]), open, [], rules);
                    var allowed = open.Where(file => file.ContributorId != person && !linked.Contains(file.ContributorId) && !seen[person].Contains(file.ContributionId)
                        && file.Held + file.Accepts + file.Rejects < rules.VotesNeeded + Math.Min(file.Accepts, file.Rejects)).ToList();
                    Assert.Equal(allowed.Count == 0, drawn is null);
                    if (drawn is var (item, among))
                    {
                        Assert.Contains(item, allowed);
                        Assert.Equal(allowed.Count, among);
                        held[person] = item;
                        files[item.ContributionId] = item with { Held = item.Held + 1 };
                    }
                }
            }
        }
    }

    [Fact]
    public void Every_file_that_may_be_given_is_given_about_as_often_and_a_seed_always_gives_the_same()
    {
        var files = Enumerable.Range(0, 10).Select(number => new ReviewCandidate($"c{number}", "a1", number)).ToList();
        var me = new ReviewerFacts("me", new HashSet<string>(), new HashSet<string>());

        var drawn = Enumerable.Range(0, 10_000).Select(seed => AssignmentRules.Draw(seed, me, files, [], Rules)!.Value.Item.ContributionId).ToList();

        Assert.All(drawn.CountBy(id => id), count => Assert.InRange(count.Value, 850, 1150)); // 1,000 each, five standard deviations
        Assert.Equal(10, drawn.Distinct().Count());
        Assert.Equal(drawn, Enumerable.Range(0, 10_000).Select(seed => AssignmentRules.Draw(seed, me, Enumerable.Reverse(files), [], Rules)!.Value.Item.ContributionId));
    }

    [Fact]
    public void Known_answers_are_mixed_in_at_their_share_and_are_never_all_there_is()
    {
        var me = new ReviewerFacts("me", new HashSet<string>(), new HashSet<string>());
        ReviewCandidate[] open = [new("c1", "a1", 1)], gold = [new("c2", "a1", null), new("c3", "me", null)];

        var drawn = Enumerable.Range(0, 20_000).Count(seed => AssignmentRules.Draw(seed, me, open, gold, Rules)!.Value.Item is { CaseId: null, ContributionId: "c2" });

        Assert.InRange(drawn, 850, 1150); // 5 % of 20,000
        Assert.Null(AssignmentRules.Draw(1, me, [], gold, Rules));
    }

    [Fact]
    public void As_many_hold_a_file_as_decide_it_if_they_agree_and_a_third_comes_after_one_of_each()
    {
        Assert.True(AssignmentRules.HasPlace(new("c", "a", 1, 0, 0, Held: 1), 2));
        Assert.False(AssignmentRules.HasPlace(new("c", "a", 1, 0, 0, Held: 2), 2));
        Assert.False(AssignmentRules.HasPlace(new("c", "a", 1, 1, 0, Held: 1), 2));
        Assert.True(AssignmentRules.HasPlace(new("c", "a", 1, 1, 1, Held: 0), 2));
        Assert.False(AssignmentRules.HasPlace(new("c", "a", 1, 1, 1, Held: 1), 2));
    }

    private static IEnumerable<bool> Votes(ReviewCandidate file) => Enumerable.Repeat(true, file.Accepts).Concat(Enumerable.Repeat(false, file.Rejects));
}
