using Assay.Models.Engine.Decode;

namespace Assay.Models.Tests.Engine.Decode;

public sealed class DecodeTeamTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 7)]
    [InlineData(5, 1)]
    [InlineData(5, 3)]
    public void Every_item_is_visited_once_in_every_loop(int threads, int grain)
    {
        using var team = new DecodeTeam(threads);
        for (int total = 0; total < 400; total++)
        {
            int[] visits = new int[total];
            team.Run(total, grain, (first, end) =>
            {
                for (int item = first; item < end; item++)
                {
                    Interlocked.Increment(ref visits[item]);
                }
            });
            Assert.All(visits, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void What_a_member_throws_reaches_the_caller_and_the_team_goes_on()
    {
        using var team = new DecodeTeam(3);

        Assert.Throws<InvalidOperationException>(() => team.Run(3, 1, (first, _) => throw new InvalidOperationException($"{first}")));
        int sum = 0;
        team.Run(100, 1, (first, end) => Interlocked.Add(ref sum, end - first));
        Assert.Equal(100, sum);
    }

    [Fact]
    public void Loops_of_changing_size_in_quick_succession_never_mix()
    {
        using var team = new DecodeTeam(4);
        for (int round = 0; round < 3_000; round++)
        {
            int total = 1 + (round * 7 % 61);
            int visited = 0;
            team.Run(total, 1 + (round % 3), (first, end) => Interlocked.Add(ref visited, end - first));
            Assert.Equal(total, visited);
        }
    }

    [Fact]
    public void Small_loops_stay_on_the_calling_thread()
    {
        using var team = new DecodeTeam(4);
        int own = Environment.CurrentManagedThreadId;

        team.Run(10, 10, (first, end) => Assert.Equal((own, 0, 10), (Environment.CurrentManagedThreadId, first, end)));
    }
}
